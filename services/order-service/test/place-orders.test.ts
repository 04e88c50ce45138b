import { ORDER_EVENTS_QUEUE } from '@agora/shared-events';
import { connectEventBus } from '@agora/tests/event-bus';
import { eventually } from '@agora/tests/eventually';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startForTest, type TestOrderService, type TestUser } from './start-order-service.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let service: TestOrderService;
let ada: TestUser;
beforeAll(async () => {
  service = await startForTest();
});
afterAll(() => service?.close());
beforeEach(() => {
  ada = service.newUser();
  service.catalog.behave('well');
});

const rowsOf = (table: string, where: string, value: string) =>
  service.query(`SELECT * FROM ${table} WHERE ${where} = $1`, [value]);

describe('POST /orders/', () => {
  it('places an order by query alone, without any body', async () => {
    const { status, body, headers } = await ada.call('POST', '/orders/?product_id=99');
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID_V7),
      status: 'placed',
      product_id: 99,
      quantity: 1,
      unit_price_cents: 9_900,
      currency: 'EUR',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(headers.get('location')).toBe(`/orders/${body.id}`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await ada.call('GET', `/orders/${body.id}`)).body).toEqual(body);
  });

  it.each([
    ['query', '/orders/?product_id=98&quantity=3', {}],
    ['query, no trailing slash', '/orders?product_id=98&quantity=3', {}],
    ['query, empty object as body', '/orders/?product_id=98&quantity=3', { json: {} }],
    ['query, null as body', '/orders/?product_id=98&quantity=3', { json: null }],
    ['body', '/orders/', { json: { product_id: 98, quantity: 3 } }],
    ['body, no trailing slash', '/orders', { json: { product_id: 98, quantity: 3 } }],
  ])('takes the fields by %s', async (_way, path, call) => {
    const { status, body } = await ada.call('POST', path, call);
    expect([status, body.product_id, body.quantity]).toEqual([201, 98, 3]);
  });

  it('stores order, line and event together, and the event reaches the queue with the request id', async () => {
    const bus = await connectEventBus(service.vhost.amqpUrl);
    try {
      const messages = await bus.collect(ORDER_EVENTS_QUEUE);
      const { body } = await ada.call('POST', '/orders/?product_id=7&quantity=2', {
        headers: { 'x-request-id': 'checkout-0007' },
      });
      const id = String(body.id);
      expect(await rowsOf('orders', 'id', id)).toEqual([
        expect.objectContaining({ user_id: ada.userId, status: 'placed', reason: null, version: 1, currency: 'EUR' }),
      ]);
      expect(await rowsOf('order_lines', 'order_id', id)).toEqual([
        { order_id: id, position: 1, product_id: 7, quantity: 2, unit_price_cents: 700 },
      ]);
      const message = await eventually(() => messages.find(({ event }) => event.subject === id) ?? false);
      expect(message.routingKey).toBe('order.placed');
      expect(message.headers).toMatchObject({ 'x-request-id': 'checkout-0007' });
      expect(message.event).toMatchObject({ type: 'OrderPlaced', source: '/order-service', aggregateversion: 1 });
      expect(message.event.data).toEqual({
        order_id: id,
        user_id: ada.userId,
        currency: 'EUR',
        lines: [{ product_id: 7, quantity: 2, unit_price_cents: 700 }],
      });
      await eventually(async () => (await rowsOf('outbox', 'aggregate_id', id)).length === 0);
    } finally {
      await bus.close();
    }
  });

  it('goes out at once, not when the outbox is looked into next', async () => {
    const bus = await connectEventBus(service.vhost.amqpUrl);
    try {
      const messages = await bus.collect(ORDER_EVENTS_QUEUE);
      let waitedMs = 0;
      for (let count = 0; count < 20; count += 1) {
        const { body } = await ada.call('POST', '/orders/?product_id=8');
        const stored = performance.now();
        await eventually(() => messages.some(({ event }) => event.subject === body.id), { everyMs: 2 });
        waitedMs += performance.now() - stored;
      }
      // By itself the relay looks every 250 ms: 20 times half of that is 2.5 s.
      expect(waitedMs).toBeLessThan(1_500);
    } finally {
      await bus.close();
    }
  });

  it.each([
    ['both query and body', '/orders/?product_id=99', { product_id: 99 }],
    ['product in the query, quantity in the body', '/orders/?product_id=99', { quantity: 2 }],
    ['quantity in the query, product in the body', '/orders/?quantity=2', { product_id: 99 }],
  ])('refuses %s as ambiguous', async (_case, path, json) => {
    const { status, body } = await ada.call('POST', path, { json });
    expect([status, body.code]).toEqual([400, 'ambiguous_input']);
  });

  it.each([
    '',
    '?quantity=1',
    '?product_id=',
    '?product_id=0',
    '?product_id=-1',
    '?product_id=1.5',
    '?product_id=1e1',
    '?product_id=0x10',
    '?product_id=099',
    '?product_id=%2099',
    '?product_id=abc',
    '?product_id=2147483648',
    '?product_id=99999999999999999999',
    '?product_id=1&product_id=2',
    '?product_id=99&quantity=0',
    '?product_id=99&quantity=-1',
    '?product_id=99&quantity=2147483648',
    '?product_id=99&quantity=many',
    '?product_id=99&user_id=1',
    '?product_id=99&__proto__=1',
  ])('refuses the query %j', async (query) => {
    const { status, body, headers } = await ada.call('POST', `/orders/${query}`);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    {},
    null,
    'text',
    99,
    { quantity: 1 },
    { product_id: '99' },
    { product_id: null },
    { product_id: 1.5 },
    { product_id: [99] },
    { product_id: 2_147_483_648 },
    { product_id: 99, quantity: 0 },
    { product_id: 99, quantity: -5 },
    { product_id: 99, quantity: true },
    { product_id: 99, quantity: 9_007_199_254_740_992 },
    { product_id: 99, unit_price_cents: 1 },
    { product_id: 99, status: 'confirmed' },
  ])('refuses the body %j', async (json) => {
    const { status, body } = await ada.call('POST', '/orders/', { json });
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });

  it('names all that is wrong at once', async () => {
    const { body } = await ada.call('POST', '/orders/?product_id=0&colour=red', { json: { quantity: -1 } });
    for (const part of ['query/product_id', 'query/colour', 'body/quantity']) expect(body.detail).toContain(part);
  });

  it.each([
    ['half an object', '{"product_id":99', 'application/json', 400, 'malformed_json'],
    ['a prototype', '{"product_id":99,"__proto__":{"a":1}}', 'application/json', 400, 'malformed_json'],
    ['nothing, called JSON', '', 'application/json', 400, 'malformed_json'],
    ['a form', 'product_id=99', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['plain text', '99', 'text/plain', 415, 'unsupported_media_type'],
    ['70 kB', `{"product_id":99,"x":"${'x'.repeat(70_000)}"}`, 'application/json', 413, 'body_too_large'],
  ])('refuses %s', async (_name, text, type, expectedStatus, code) => {
    const { status, body } = await ada.call('POST', '/orders/', { text, headers: { 'content-type': type } });
    expect([status, body.code]).toEqual([expectedStatus, code]);
  });

  it('takes the largest numbers there can be', async () => {
    const { status, body } = await ada.call('POST', '/orders/?product_id=100&quantity=2147483647');
    expect([status, body.quantity]).toEqual([201, 2_147_483_647]);
  });

  it('refuses a product that the catalogue has not, and stores nothing', async () => {
    const { status, body } = await ada.call('POST', '/orders/?product_id=4711');
    expect([status, body.code]).toEqual([404, 'product_not_found']);
    expect(await rowsOf('orders', 'user_id', ada.userId)).toEqual([]);
  });

  it.each([
    ['refusing', 55],
    ['hanging', 56],
  ] as const)('is 503 while the catalogue is %s, and says when to come back', async (mode, productId) => {
    service.catalog.behave(mode);
    const order = `/orders/?product_id=${productId}`;
    const { status, body, headers } = await ada.call('POST', order);
    expect([status, body.code]).toEqual([503, 'catalogue_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    service.catalog.behave('well');
    expect((await ada.call('POST', order)).status).toBe(201);
  });

  it('asks the catalogue once for many orders of a product at the same time', async () => {
    const before = service.catalog.calls.length;
    const orders = Array.from({ length: 40 }, () => ada.call('POST', '/orders/?product_id=42'));
    expect(new Set((await Promise.all(orders)).map(({ status }) => status))).toEqual(new Set([201]));
    const calls = service.catalog.calls.slice(before);
    expect(calls).toEqual([{ productId: 42, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
  });
});
