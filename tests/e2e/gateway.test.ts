import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { field } from '../../tools/agora/src/shop/shop-client.ts';
import { eventually } from '../support/eventually.ts';
import { shopUnderTest } from '../support/shop.ts';

const shop = shopUnderTest();
afterAll(() => shop.close());

let alice: { id: string; token: string };
let bob: { id: string; token: string };
let aliceOrder = '';
beforeAll(async () => {
  [alice, bob] = await Promise.all([shop.customer(), shop.customer()]);
  const order = await shop.http.call('POST', '/orders/?product_id=81', { token: alice.token });
  aliceOrder = field(order.body, 'id');
});

type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly json?: object;
};
const PROTECTED: readonly Route[] = [
  { method: 'GET', path: '/users/' },
  { method: 'GET', path: '/users/me' },
  { method: 'GET', path: '/users/:alice' },
  { method: 'PATCH', path: '/users/:alice', json: { name: 'eve' } },
  { method: 'DELETE', path: '/users/:alice' },
  { method: 'POST', path: '/users/:alice/purchases', json: { product_id: 1 } },
  { method: 'GET', path: '/users/:alice/purchases' },
  { method: 'POST', path: '/orders/?product_id=81' },
  { method: 'GET', path: '/orders/' },
  { method: 'GET', path: '/orders/:order' },
  { method: 'GET', path: '/inventory/81' },
  { method: 'PUT', path: '/inventory/81', json: { stock: 1 } },
];
const { directory } = inject('shop');
const linesWith = (part: string, text: string) =>
  readFileSync(join(directory, 'logs', `${part}.log`), 'utf8')
    .split('\n')
    .filter((line) => line.includes(text));
const real = (path: string) => path.replace(':alice', alice.id).replace(':order', aliceOrder);

describe('the gateway', () => {
  it.each(PROTECTED)(
    'refuses $method $path without a token, and with one that is not ours',
    async ({ method, path, json }) => {
      const foreign = 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IngifQ.eyJzdWIiOiJ4In0.AAAA';
      for (const token of [undefined, 'x', foreign]) {
        const answer = await shop.http.call(method, real(path), { ...(token === undefined ? {} : { token }), json });
        expect(answer.status).toBe(401);
        expect(answer.body).toMatchObject({ status: 401, code: expect.stringMatching(/^[a-z_]+$/) });
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
      }
    },
  );

  it("shows nobody another customer's account or purchases (403), nor orders (404, as for an unknown id)", async () => {
    const { token } = bob;
    for (const { method, path, json } of PROTECTED.filter((route) => route.path.includes(':alice'))) {
      const foreign = await shop.http.call(method, real(path), { token, json });
      const unknown = await shop.http.call(method, path.replace(':alice', randomUUID()), { token, json });
      expect([foreign.status, unknown.status]).toEqual([403, 403]);
    }
    const foreign = await shop.http.call('GET', `/orders/${aliceOrder}`, { token });
    const unknown = await shop.http.call('GET', `/orders/${randomUUID()}`, { token });
    const comparable = ({ body }: { body: unknown }) => ({ ...(body as object), instance: '', trace_id: '' });
    expect(foreign.status).toBe(404);
    expect(comparable(foreign)).toEqual(comparable(unknown));
    const stock = await shop.http.call('PUT', '/inventory/81', { token, json: { stock: 1 } });
    expect(stock.status).toBe(403);
  });

  it.each(['/auth/verify', '/metrics', '/health', '/health/ready', '/docs', '/docs/json', '/.well-known/jwks.json'])(
    'does not know %s',
    async (path) => {
      for (const token of [undefined, alice.token]) {
        const answer = await shop.http.call('GET', path, token === undefined ? {} : { token });
        expect(answer.status).toBe(404);
      }
    },
  );

  it('keeps a well-formed X-Request-Id of the client, and replaces another', async () => {
    const requestId = `e2e-${randomUUID()}`;
    const answer = await shop.http.call('GET', '/users/me', {
      token: alice.token,
      headers: { 'x-request-id': requestId },
    });
    expect(answer.headers['x-request-id']).toBe(requestId);
    const other = await shop.http.call('GET', '/users/me', {
      token: alice.token,
      headers: { 'x-request-id': 'not well formed!' },
    });
    expect(other.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
  });

  it('ends login and tokens with the account, and frees its e-mail', async () => {
    const customer = { name: 'gone', email: `gone-${randomUUID()}@example.com`, password: 'a long enough passphrase' };
    const { id, token } = await shop.http.newCustomer(customer);
    expect((await shop.http.call('DELETE', `/users/${id}`, { token })).status).toBe(204);
    expect((await shop.http.call('GET', '/users/me', { token })).status).toBe(401);
    const { email, password } = customer;
    expect((await shop.http.call('POST', '/auth/login', { json: { email, password } })).status).toBe(401);
    expect((await shop.http.call('POST', '/auth/signup', { json: customer })).status).toBe(201);
  });

  it('lets fifty logins in a row through', async () => {
    const customer = {
      name: 'often',
      email: `often-${randomUUID()}@example.com`,
      password: 'a long enough passphrase',
    };
    await shop.http.newCustomer(customer);
    for (let login = 0; login < 50; login++) await shop.http.login(customer.email, customer.password);
  });
});

describe('one request id', () => {
  it('reaches the log of the service called and, over gRPC, of the one behind it', async () => {
    const requestId = `e2e-${randomUUID()}`;
    // A product nobody else here orders: its price is not cached, so product-service is asked.
    const order = await shop.http.call('POST', '/orders/?product_id=84', {
      token: alice.token,
      headers: { 'x-request-id': requestId },
    });
    expect(order.status).toBe(201);
    const id = field(order.body, 'id');
    await eventually(async () => expect(await shop.statusOf(id, alice.token)).toBe('confirmed'));
    for (const part of ['order-service', 'product-service']) {
      await eventually(() => expect(linesWith(part, requestId), part).not.toEqual([]));
    }
    const purchaseId = `e2e-${randomUUID()}`;
    const headers = { 'x-request-id': purchaseId };
    const purchase = await shop.http.call('POST', `/users/${alice.id}/purchases`, {
      token: alice.token,
      json: { product_id: 84 },
      headers,
    });
    expect(purchase.status).toBe(201);
    await eventually(() => expect(linesWith('product-service', purchaseId)).not.toEqual([]));
  });
});

describe('a service reached directly', () => {
  it.each(['user-service', 'product-service', 'order-service', 'inventory-service'])(
    '%s refuses forged identity headers',
    async (part) => {
      const port = (await shop.parts()).get(part)?.ports.http;
      for (const path of ['/users/me', '/products/', '/orders/', '/inventory/1', '/auth/login', '/nothing']) {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
          headers: { 'x-user-id': alice.id, 'x-user-email': 'a@b.com' },
        });
        expect(answer.status, path).toBe(401);
        expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
      }
    },
  );
});
