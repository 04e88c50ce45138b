import { startEchoUpstream } from '@agora/tests/echo-upstream';
import { rawRequest } from '@agora/tests/raw-request';
import { CALLER, type EchoingShop, startEchoingShop } from '@agora/tests/shop-behind-gateway';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const PUBLIC = [
  { method: 'POST', path: '/auth/signup' },
  { method: 'POST', path: '/auth/login/' },
  { method: 'GET', path: '/products/99' },
];
const PROTECTED = [
  { method: 'GET', path: '/users/' },
  { method: 'POST', path: '/orders/?product_id=99' },
  { method: 'GET', path: '/inventory/99' },
];
const IDENTITY = ['x-user-id', 'x-user-email', 'x-identity'];
const FORGED = { 'X-User-Id': 'mallory', 'x-USER-email': 'mallory', 'X-IDENTITY': 'mallory' };
const authorization = `Bearer ${CALLER.token}`;

let shop: EchoingShop;
beforeAll(async () => {
  shop = await startEchoingShop();
});
afterAll(() => shop?.close());
beforeEach(() => {
  shop.takeRequests();
  shop.verify.requests.length = 0;
});

describe('tokens', () => {
  it.each([...PUBLIC, ...PROTECTED])(
    'no token or cookie reaches a service: $method $path',
    async ({ method, path }) => {
      const response = await fetch(`${shop.gateway.url}${path}`, {
        method,
        headers: { authorization, cookie: 'session=1' },
      });
      expect(response.status).toBe(200);
      const [request, ...others] = shop.takeRequests();
      expect(others).toEqual([]);
      expect(request?.headers).not.toHaveProperty('authorization');
      expect(request?.headers).not.toHaveProperty('cookie');
    },
  );

  it('verify gets the token and the request id, and nothing else of what the client sent', async () => {
    const headers = {
      authorization,
      cookie: 'session=1',
      'x-request-id': 'a-well-formed-id',
      'if-none-match': '*',
      ...FORGED,
    };
    await fetch(`${shop.gateway.url}/orders/`, { method: 'POST', headers, body: 'a body' });
    expect(shop.verify.requests).toHaveLength(1);
    const { method, headers: seen } = shop.verify.requests[0] ?? { headers: {} };
    expect(method).toBe('GET');
    expect(seen).toMatchObject({ authorization, 'x-request-id': 'a-well-formed-id' });
    const names = Object.keys(seen).filter((name) => !name.startsWith('x-forwarded-'));
    expect(names.sort()).toEqual(
      ['accept-encoding', 'authorization', 'connection', 'host', 'user-agent', 'x-request-id'].filter(
        (name) => name in seen,
      ),
    );
    expect(shop.takeRequests()[0]?.headers['x-request-id']).toBe('a-well-formed-id');
  });
});

describe('identity headers', () => {
  it.each(PUBLIC)('are stripped on $method $path', async ({ method, path }) => {
    await fetch(`${shop.gateway.url}${path}`, { method, headers: { ...FORGED, authorization } });
    const [request] = shop.takeRequests();
    expect(Object.keys(request?.headers ?? {}).filter((name) => IDENTITY.includes(name))).toEqual([]);
  });

  it.each(PROTECTED)('are what verify said on $method $path', async ({ method, path }) => {
    await fetch(`${shop.gateway.url}${path}`, { method, headers: { ...FORGED, authorization } });
    expect(shop.takeRequests()[0]?.headers).toMatchObject(CALLER.headers);
  });

  it('cannot be removed again by a Connection header', async () => {
    const status = await rawRequest(shop.gateway.url, [
      'GET /orders/ HTTP/1.1',
      'Host: localhost',
      `Authorization: ${authorization}`,
      'Connection: close, X-User-Id, X-Identity',
      '',
      '',
    ]);
    expect(status).toBe(200);
    expect(shop.takeRequests()[0]?.headers).toMatchObject(CALLER.headers);
  });

  it('do not get in as trailers', async () => {
    const status = await rawRequest(shop.gateway.url, [
      'POST /orders/ HTTP/1.1',
      'Host: localhost',
      `Authorization: ${authorization}`,
      'Connection: close',
      'Transfer-Encoding: chunked',
      'Trailer: X-User-Id',
      '',
      '2',
      '{}',
      '0',
      'X-User-Id: mallory',
      '',
      '',
    ]);
    expect(status).toBe(200);
    expect(shop.takeRequests()[0]).toMatchObject({ trailers: {}, headers: CALLER.headers });
  });

  it.each(['X_User_Id', 'x_user-id', 'X.User.Id', 'x-user.id', 'X_Identity', 'x.identity'])(
    'refuses the alias %s',
    async (alias) => {
      for (const path of ['/products/99', '/orders/']) {
        const headers = { authorization, [alias]: 'mallory' };
        expect((await fetch(`${shop.gateway.url}${path}`, { headers })).status).toBe(400);
      }
      expect(shop.takeRequests()).toEqual([]);
      expect(shop.verify.requests).toEqual([]);
    },
  );

  it('do not leave with a refusal of verify', async () => {
    const response = await fetch(`${shop.gateway.url}/orders/`, { headers: { authorization: 'Bearer wrong' } });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ code: 'unauthenticated' });
    for (const name of [...IDENTITY, 'server']) expect(response.headers.has(name)).toBe(false);
    expect(shop.takeRequests()).toEqual([]);
  });
});

describe('when verify fails, no service is reached', () => {
  it.each([
    { says: 302, client: 302, headers: { location: '/login' } },
    { says: 304, client: 304, headers: {} },
    { says: 401, client: 401, headers: {} },
    { says: 500, client: 500, headers: {} },
    { says: 503, client: 503, headers: { 'retry-after': '1' } },
  ])('verify answers $says', async ({ says, client, headers }) => {
    const verify = await startEchoUpstream(
      'verify',
      (_request, response) => void response.writeHead(says, { ...headers }).end(),
    );
    const broken = await startEchoingShop({ verifyUrl: verify.url });
    try {
      const response = await fetch(`${broken.gateway.url}/orders/`, { headers: { authorization }, redirect: 'manual' });
      expect(response.status).toBe(client);
      expect(broken.takeRequests()).toEqual([]);
    } finally {
      await broken.close();
      await verify.close();
    }
  });

  it('verify is gone', async () => {
    const broken = await startEchoingShop();
    try {
      await broken.verify.close();
      expect((await fetch(`${broken.gateway.url}/orders/`, { headers: { authorization } })).status).toBe(500);
      expect(broken.takeRequests()).toEqual([]);
    } finally {
      await broken.close();
    }
  });

  it('verify says yes without saying who: the service gets no identity, forged or not', async () => {
    const verify = await startEchoUpstream('verify', (_request, response) => void response.writeHead(200).end());
    const broken = await startEchoingShop({ verifyUrl: verify.url });
    try {
      await fetch(`${broken.gateway.url}/orders/`, { headers: { ...FORGED, authorization } });
      const [request] = broken.takeRequests();
      expect(Object.keys(request?.headers ?? {}).filter((name) => IDENTITY.includes(name))).toEqual([]);
    } finally {
      await broken.close();
      await verify.close();
    }
  });
});
