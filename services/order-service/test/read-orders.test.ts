import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startForTest, type TestOrderService, type TestUser } from './start-order-service.ts';

const UNKNOWN_ID = '0199b0a2-0000-7000-8000-000000000001';

let service: TestOrderService;
let ada: TestUser;
beforeAll(async () => {
  service = await startForTest();
});
afterAll(() => service?.close());
beforeEach(() => {
  ada = service.newUser();
});

describe('GET /orders/', () => {
  it("lists the asker's own orders, newest first, with and without the slash", async () => {
    const eve = service.newUser('eve');
    await eve.call('POST', '/orders/?product_id=1');
    const ids: unknown[] = [];
    for (const product of [1, 2, 3]) ids.unshift((await ada.call('POST', `/orders/?product_id=${product}`)).body.id);
    const { status, rows, headers } = await ada.call('GET', '/orders/');
    expect([status, headers.get('link')]).toEqual([200, null]);
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect((await ada.call('GET', '/orders')).rows).toEqual(rows);
    expect((await service.newUser('new').call('GET', '/orders/')).rows).toEqual([]);
    // An admin has orders of its own and no view of others'.
    expect((await service.newUser('root', 'admin').call('GET', '/orders/')).rows).toEqual([]);
  });

  it.each([1, 2, 5, 6])('leads through all pages of %i, each order once', async (limit) => {
    for (let count = 0; count < 5; count += 1) await ada.call('POST', '/orders/?product_id=5');
    const seen: unknown[] = [];
    let pages = 0;
    let next: string | undefined = `/orders/?limit=${limit}`;
    while (next !== undefined) {
      const { rows, headers } = await ada.call('GET', next);
      seen.push(...rows.map(({ id }) => id));
      pages += 1;
      next = headers.get('link')?.match(/^<([^>]+)>; rel="next"$/)?.[1];
    }
    expect(seen).toHaveLength(5);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    expect(pages).toBe(Math.ceil(5 / limit));
  });

  it("answers nothing of somebody else's with a cursor that was theirs", async () => {
    const eve = service.newUser('eve');
    for (const product of [1, 2]) await eve.call('POST', `/orders/?product_id=${product}`);
    const link = (await eve.call('GET', '/orders/?limit=1')).headers.get('link');
    const path = link?.match(/<([^>]+)>/)?.[1] ?? '';
    expect((await eve.call('GET', path)).rows).toHaveLength(1);
    expect((await ada.call('GET', path)).rows).toEqual([]);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'user_id=1', 'cursor='])('refuses the query %s', async (query) => {
    const { status, body } = await ada.call('GET', `/orders/?${query}`);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });

  it.each([
    '!!',
    'MQ',
    Buffer.from(`${UNKNOWN_ID}\n`).toString('base64url'),
    Buffer.from("' OR 1=1").toString('base64url'),
  ])('refuses the cursor %j', async (cursor) => {
    const { status, body } = await ada.call('GET', `/orders/?cursor=${encodeURIComponent(cursor)}`);
    expect([status, body.code]).toEqual([400, 'invalid_cursor']);
  });
});

describe('GET /orders/{id}', () => {
  it("answers somebody else's order and an unknown id alike", async () => {
    const { body: order } = await service.newUser('eve').call('POST', '/orders/?product_id=99');
    const requestId = { 'x-request-id': 'the-same-request' };
    const [theirs, unknown, toAdmin] = await Promise.all([
      ada.call('GET', `/orders/${order.id}`, { headers: requestId }),
      ada.call('GET', `/orders/${UNKNOWN_ID}`, { headers: requestId }),
      service.newUser('root', 'admin').call('GET', `/orders/${order.id}`, { headers: requestId }),
    ]);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'order_not_found']);
    expect(theirs.text).toBe(unknown.text);
    expect(toAdmin.text).toBe(unknown.text);
  });

  it.each(['1', 'me', UNKNOWN_ID.toUpperCase(), `{${UNKNOWN_ID}}`, `${UNKNOWN_ID}0`, '%00', "'--"])(
    'refuses %j for an id',
    async (id) => {
      const { status, body } = await ada.call('GET', `/orders/${id}`);
      expect([status, body.code]).toEqual([400, 'validation_failed']);
    },
  );
});

describe('without a valid identity', () => {
  it.each([
    ['POST', '/orders/?product_id=99'],
    ['GET', '/orders/'],
    ['GET', `/orders/${UNKNOWN_ID}`],
  ])('%s %s is 401', async (method, path) => {
    const { 'x-identity': assertion = '' } = ada.headers();
    const forged = [
      {},
      { 'x-user-id': ada.userId },
      { 'x-identity': `${assertion}x` },
      { 'x-identity': assertion, 'x-user-id': UNKNOWN_ID },
      { authorization: `Bearer ${assertion}` },
    ];
    for (const headers of forged) {
      const { status, body } = await service.call(method, path, { headers });
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
    }
    expect(await service.query('SELECT id FROM orders WHERE user_id = $1', [ada.userId])).toEqual([]);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('an order is not for %s', async (method) => {
    expect((await ada.call(method, `/orders/${UNKNOWN_ID}`)).status).toBe(405);
  });
});
