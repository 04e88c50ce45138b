import { startGateway } from '@agora/tests/gateway';
import { rawRequest } from '@agora/tests/raw-request';
import { CALLER, type EchoingShop, startEchoingShop } from '@agora/tests/shop-behind-gateway';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SERVICES } from '../tools/agora/src/secrets/service-table.ts';
import { variablePrefix } from '../tools/agora/src/services.ts';

const authorization = `Bearer ${CALLER.token}`;
const ID = '0199b0a2-0000-7000-8000-000000000001';

let shop: EchoingShop;
beforeAll(async () => {
  shop = await startEchoingShop();
});
afterAll(() => shop?.close());
beforeEach(() => {
  shop.takeRequests();
  shop.verify.requests.length = 0;
});

const call = (method: string, path: string, headers: Record<string, string> = { authorization }) =>
  fetch(`${shop.gateway.url}${path}`, { method, headers, redirect: 'manual' });

describe('the contract', () => {
  it.each([
    ['POST', '/auth/signup', 'user'],
    ['POST', '/auth/login', 'user'],
    ['GET', '/users', 'user'],
    ['GET', '/users/me', 'user'],
    ['PATCH', `/users/${ID}`, 'user'],
    ['DELETE', `/users/${ID}`, 'user'],
    ['POST', `/users/${ID}/purchases`, 'user'],
    ['GET', '/products', 'product'],
    ['GET', '/products/99', 'product'],
    ['GET', '/orders', 'order'],
    ['POST', '/orders', 'order'],
    ['GET', `/orders/${ID}`, 'order'],
    ['GET', '/inventory/99', 'inventory'],
    ['PUT', '/inventory/99', 'inventory'],
  ])('%s %s reaches %s-service, with and without the trailing slash', async (method, path, service) => {
    for (const form of [path, `${path}/`, `${path}?limit=1`]) {
      expect((await call(method, form)).status).toBe(200);
      expect(shop.takeRequests()).toMatchObject([{ service, method, url: form }]);
    }
  });

  it.each(['/users/', '/users/me', '/orders', `/orders/${ID}`, '/inventory/99', '/users/not/a/route'])(
    '%s asks for a token',
    async (path) => {
      for (const method of ['GET', 'POST', 'PUT', 'OPTIONS', 'HEAD'])
        expect((await call(method, path, {})).status).toBe(401);
      expect(shop.takeRequests()).toEqual([]);
    },
  );
});

describe('what is not there', () => {
  it.each([
    ['GET', '/auth/verify'],
    ['POST', '/auth/verify'],
    ['GET', '/auth/verify/'],
    ['GET', '/metrics'],
    ['GET', '/health'],
    ['GET', '/health/ready'],
    ['GET', '/docs'],
    ['GET', '/docs/json'],
    ['GET', '/.well-known/jwks.json'],
    ['GET', '/ping'],
    ['GET', '/api/overview'],
    ['GET', '/dashboard/'],
    ['GET', '/'],
    ['GET', '/auth/login'],
    ['DELETE', '/auth/login'],
    ['POST', '/auth/login/x'],
    ['POST', '/products'],
    ['DELETE', '/products/99'],
    ['GET', '/orders-internal'],
    ['GET', '/productsx'],
  ])('%s %s is 404', async (method, path) => {
    expect((await call(method, path)).status).toBe(404);
    expect(shop.takeRequests()).toEqual([]);
    expect(shop.verify.requests).toEqual([]);
  });

  it.each([
    ['/products/..%2forders/', 400],
    ['/products/%5c..%5corders', 400],
    ['/products/99%00', 400],
    ['/products/99%3flimit=1', 400],
    ['/products/99%23x', 400],
    ['/products/99%3bx', 400],
    ['/products/%2599', 400],
    ['/products/../orders/', 401],
    ['/products/./../orders/', 401],
    ['/%6frders/', 401],
    ['//orders/', 401],
  ])('no detour past the token: %s is %d', async (path, status) => {
    const lines = [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', '', ''];
    expect(await rawRequest(shop.gateway.url, lines)).toBe(status);
    expect(shop.takeRequests()).toEqual([]);
  });
});

describe('limits', () => {
  const post = (path: string, bytes: number) =>
    fetch(`${shop.gateway.url}${path}`, { method: 'POST', headers: { authorization }, body: 'x'.repeat(bytes) });

  it.each(['/auth/signup', '/orders/'])('a body of 64 KiB passes, one byte more is 413: POST %s', async (path) => {
    expect((await post(path, 65_536)).status).toBe(200);
    expect(shop.takeRequests()).toHaveLength(1);
    expect((await post(path, 65_537)).status).toBe(413);
    expect(shop.takeRequests()).toEqual([]);
  });

  it('headers over 20 KiB are 431', async () => {
    const lines = [
      'GET /products/ HTTP/1.1',
      'Host: localhost',
      'Connection: close',
      `X-Big: ${'x'.repeat(21_000)}`,
      '',
      '',
    ];
    expect(await rawRequest(shop.gateway.url, lines)).toBe(431);
  });

  it('logins of one address are limited, and the client is told when to come back', async () => {
    const limited = await startEchoingShop({ environment: { RL_AUTH_PER_MIN: '1', RL_AUTH_BURST: '3' } });
    try {
      const answers = [];
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const headers = { 'x-forwarded-for': `10.0.0.${attempt}` };
        answers.push(await fetch(`${limited.gateway.url}/auth/login`, { method: 'POST', headers }));
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
      expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(limited.takeRequests()).toHaveLength(3);
    } finally {
      await limited.close();
    }
  });

  it('requests of one user are limited', async () => {
    const limited = await startEchoingShop({ environment: { RL_USER_PER_SEC: '1', RL_USER_BURST: '2' } });
    try {
      const order = () => fetch(`${limited.gateway.url}/orders/`, { method: 'POST', headers: { authorization } });
      const statuses = [];
      for (let attempt = 0; attempt < 3; attempt += 1) statuses.push((await order()).status);
      expect(statuses).toEqual([200, 200, 429]);
    } finally {
      await limited.close();
    }
  });
});

describe('replicas', () => {
  it('a dead one costs no request, and no request is made twice', async () => {
    const halfDead = await startEchoingShop({ replicas: { order: 'http://127.0.0.1:1, {self}' } });
    try {
      for (let n = 0; n < 20; n += 1) {
        const path = `/orders/?product_id=${n}`;
        const response = await fetch(`${halfDead.gateway.url}${path}`, {
          method: 'POST',
          headers: { authorization },
          body: '{}',
        });
        expect(response.status).toBe(200);
      }
      const urls = halfDead.takeRequests().map(({ url }) => url);
      expect(urls).toHaveLength(20);
      expect(new Set(urls).size).toBe(20);
    } finally {
      await halfDead.close();
    }
  });
});

describe('a configuration with a mistake', () => {
  const good = Object.fromEntries(SERVICES.map((service) => [`${variablePrefix(service)}_URLS`, 'http://127.0.0.1:1']));
  it.each([
    ['no verify address', {}],
    [
      'an upstream that is no URL',
      { USER_SERVICE_INTERNAL_URL: 'http://127.0.0.1:1', ORDER_SERVICE_URLS: 'order:3000' },
    ],
    ['a rate limit of 0', { USER_SERVICE_INTERNAL_URL: 'http://127.0.0.1:1', RL_API_PER_SEC: '0' }],
    ['a rate limit in words', { USER_SERVICE_INTERNAL_URL: 'http://127.0.0.1:1', RL_AUTH_BURST: 'many' }],
  ])('opens nothing: %s', async (_mistake, environment) => {
    const gateway = await startGateway({ environment: { ...good, ...environment } });
    try {
      for (const path of ['/products/', '/orders/', '/users/']) {
        expect((await fetch(`${gateway.url}${path}`)).status).toBe(404);
      }
    } finally {
      await gateway.close();
    }
  });
});

describe('the dashboard', () => {
  it('answers on its own port to a local name only', async () => {
    const { port } = new URL(shop.gateway.dashboardUrl);
    const ask = (host: string) =>
      rawRequest(shop.gateway.dashboardUrl, [
        'GET /api/overview HTTP/1.1',
        `Host: ${host}`,
        'Connection: close',
        '',
        '',
      ]);
    expect(await ask(`localhost:${port}`)).toBe(200);
    expect(await ask(`127.0.0.1:${port}`)).toBe(200);
    expect(await ask(`rebound.example:${port}`)).toBe(404);
  });

  it('the access log has no query, no token and no header', async () => {
    await call('GET', '/orders/?secret_of_mine=1');
    expect(shop.gateway.log()).toMatch(/"RequestPath":"\/orders\/"/);
    expect(shop.gateway.log()).not.toMatch(/secret_of_mine|the-one-good-token|authorization/i);
  });
});
