import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, ROOT, startTestApp, type TestApp } from './start-test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

/** A plain client: `fetch` would join headers that come twice. */
async function get(
  path: string,
  headers: Record<string, string | string[]>,
): Promise<{ status: number; body: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: unknown }>();
  request(`${app.url}${path}`, { headers, agent: false }, async (response) => {
    resolve({ status: response.statusCode ?? 0, body: await json(response) });
  })
    .on('error', reject)
    .end();
  return promise;
}

const UNAUTHENTICATED = { status: 401, body: { code: 'unauthenticated' } };
const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1000);

describe('a route that is not public', () => {
  it('is closed to a stranger', async () => {
    const response = await fetch(`${app.url}/orders`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('is open to whom user-service vouches for, and is told who that is', async () => {
    const answer = await app.sendJson('POST', '/orders', '{"product_id":1,"quantity":1}');
    expect(answer).toMatchObject({ status: 201, body: { user_id: ADA.userId } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('takes the assertion alone, without the headers for people', async () => {
    const { 'x-identity': assertion = '' } = app.identity.headersFor(ADA);
    expect(await get('/orders', { 'x-identity': assertion })).toMatchObject({ status: 200 });
  });
});

describe('a forged identity', () => {
  const right = () => app.identity.headersFor(ADA);

  it.each<[string, () => Record<string, string | string[]>]>([
    ['the user id alone', () => ({ 'x-user-id': ADA.userId })],
    ['the e-mail alone', () => ({ 'x-user-email': 'ada%40b.com' })],
    ['an empty user id', () => ({ 'x-user-id': '' })],
    ['an empty assertion', () => ({ ...right(), 'x-identity': '' })],
    ['a word for an assertion', () => ({ ...right(), 'x-identity': 'admin' })],
    ['three dots', () => ({ ...right(), 'x-identity': 'a.b.c' })],
    ["somebody else's user id", () => ({ ...right(), 'x-user-id': ROOT.userId })],
    ['the user id in upper case', () => ({ ...right(), 'x-user-id': ADA.userId.toUpperCase() })],
    ["somebody else's e-mail", () => ({ ...right(), 'x-user-email': 'root%40b.com' })],
    ['an e-mail that cannot be decoded', () => ({ ...right(), 'x-user-email': '%zz' })],
    ['the user id twice', () => ({ ...right(), 'x-user-id': [ADA.userId, ADA.userId] })],
    ['the e-mail twice', () => ({ ...right(), 'x-user-email': ['ada%2B1%40b.com', 'ada%2B1%40b.com'] })],
    [
      'the assertion twice',
      () => ({ ...right(), 'x-identity': [right()['x-identity'] ?? '', right()['x-identity'] ?? ''] }),
    ],
    ['an assertion beyond 4 KiB', () => app.identity.headersFor(ADA, { claims: { x: 'x'.repeat(4_000) } })],
  ])('by %s is refused everywhere: closed, public and unknown paths alike', async (_case, headers) => {
    for (const path of ['/orders', '/products/1', '/nothing/here']) {
      expect(await get(path, headers())).toMatchObject(UNAUTHENTICATED);
    }
  });

  it.each<[string, { claims?: object; header?: object }]>([
    ['algorithm none', { header: { alg: 'none' } }],
    ['another algorithm', { header: { alg: 'HS256' } }],
    ['an access token', { header: { typ: 'at+jwt' } }],
    ['no type', { header: { typ: undefined } }],
    ['a crit header', { header: { crit: ['exp'] } }],
    ['a key of its own', { header: { jwk: { kty: 'EC' } } }],
    ['an unknown key id', { header: { kid: 'other' } }],
    ['a key id that is a path', { header: { kid: '__proto__' } }],
    ['no key id', { header: { kid: undefined } }],
    ['another issuer', { claims: { iss: 'somebody' } }],
    ['another audience', { claims: { aud: 'agora-api' } }],
    ['several audiences', { claims: { aud: ['agora-internal', 'other'] } }],
    ['no end', { claims: { exp: undefined } }],
    ['an end in words', { claims: { exp: 'tomorrow' } }],
    ['an end long past', { claims: { iat: now() - 80, exp: now() - 20 } }],
    ['an age beyond 90 s, whatever its end', { claims: { iat: now() - 120, exp: now() + DAY } }],
    ['no birth', { claims: { iat: undefined } }],
    ['a birth in the future', { claims: { iat: now() + 60, exp: now() + 90 } }],
    ['a number for a user', { claims: { sub: 7 } }],
    ['no user', { claims: { sub: undefined } }],
    ['another role', { claims: { role: 'root' } }],
    ['no e-mail', { claims: { email: undefined } }],
  ])('with %s is refused though the signature is right', async (_case, spoil) => {
    expect(await get('/orders', app.identity.headersFor(ADA, spoil))).toMatchObject(UNAUTHENTICATED);
  });

  it('signed by another key under our key id, or changed after signing, is refused', async () => {
    const [header = '', payload = '', signature = ''] = (right()['x-identity'] ?? '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const promoted = Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url');
    const [, otherPayload = ''] = (app.identity.headersFor(ROOT)['x-identity'] ?? '').split('.');
    for (const forged of [
      `${header}.${promoted}.${signature}`,
      `${header}.${otherPayload}.${signature}`,
      `${header}.${payload}.${'A'.repeat(86)}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      ` ${header}.${payload}.${signature}x`,
    ]) {
      expect(await get('/orders', { 'x-identity': forged })).toMatchObject(UNAUTHENTICATED);
    }
  });

  it('within the clock tolerance is not one', async () => {
    const spoil = { claims: { iat: now() - 60, exp: now() - 3 } };
    expect(await get('/orders', app.identity.headersFor(ADA, spoil))).toMatchObject({ status: 200 });
  });
});

describe('a public route', () => {
  it('serves a stranger, and knows one who is logged in', async () => {
    expect(await get('/products/1', {})).toMatchObject({ status: 200, body: { who: 'a stranger' } });
    expect(await app.send('GET', '/products/1')).toMatchObject({ status: 200, body: { who: ADA.userId } });
  });

  it('cannot take a stranger for a user', async () => {
    expect(await get('/careless', {})).toMatchObject(UNAUTHENTICATED);
  });
});

it('a route for one role is closed to the other', async () => {
  expect(await app.send('PUT', '/stock')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect(await app.send('PUT', '/stock', { headers: app.identity.headersFor(ROOT) })).toMatchObject({
    status: 200,
    body: { by: 'admin' },
  });
});
