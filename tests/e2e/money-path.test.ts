import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { placeOrders } from '../../tools/agora/src/shop/place-orders.ts';
import { field } from '../../tools/agora/src/shop/shop-client.ts';
import { waitUntilSettled } from '../../tools/agora/src/shop/wait-until-settled.ts';
import { eventually } from '../support/eventually.ts';
import { shopUnderTest } from '../support/shop.ts';

const shop = shopUnderTest();
afterAll(() => shop.close());

const order = async (productId: number, quantity = 1) => {
  const customer = await shop.customer();
  const answer = await shop.http.call('POST', `/orders/?product_id=${productId}&quantity=${quantity}`, {
    token: customer.token,
  });
  expect(answer.status).toBe(201);
  return { id: field(answer.body, 'id'), token: customer.token, userId: customer.id };
};
const publish = (body: string) =>
  shop.management<{ routed: boolean }>('POST', 'exchanges/agora/orders/publish', {
    routing_key: 'order.placed',
    payload: body,
    payload_encoding: 'string',
    properties: { delivery_mode: 2, message_id: randomUUID(), content_type: 'application/cloudevents+json' },
  });
const orderPlaced = (orderId: string, userId: string, productId: number, quantity: number) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: '/order-service',
  type: 'OrderPlaced',
  subject: orderId,
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  dataschema: 'urn:agora:event:OrderPlaced:v1',
  aggregateversion: 1,
  data: {
    order_id: orderId,
    user_id: userId,
    currency: 'EUR',
    lines: [{ product_id: productId, quantity, unit_price_cents: 1 }],
  },
});
const deadLetters = async () => {
  const dead = await shop.management<{ properties: { headers: Record<string, unknown> }; payload: string }[]>(
    'POST',
    'queues/agora/order_events.dead/get',
    { count: 50, ackmode: 'ack_requeue_true', encoding: 'auto' },
  );
  return dead.map(({ properties, payload }) => ({ reason: properties.headers['x-dead-reason'], payload }));
};

describe('the money path', () => {
  it('reserves the stock of an accepted order once, within a second', async () => {
    const before = await shop.stockOf(11);
    const placed = await order(11, 3);
    const started = performance.now();
    await eventually(async () => expect(await shop.statusOf(placed.id, placed.token)).toBe('confirmed'));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(await shop.stockOf(11)).toEqual({ ...before, stock: before.stock - 3, reserved: before.reserved + 3 });
  });

  it('rejects what is more than there is, and takes nothing', async () => {
    const before = await shop.stockOf(12);
    const placed = await order(12, before.stock + 1);
    await eventually(async () => expect(await shop.statusOf(placed.id, placed.token)).toBe('rejected'));
    const answer = await shop.http.call('GET', `/orders/${placed.id}`, { token: placed.token });
    expect(answer.body).toMatchObject({ status: 'rejected', reason: 'out_of_stock' });
    expect(await shop.stockOf(12)).toEqual(before);
  });

  it('reserves exactly 100 for 500 concurrent orders of 100 pieces', async () => {
    await shop.setStock(13, 100);
    const before = await shop.stockOf(13);
    const { accepted } = await placeOrders({ base: shop.base, orders: 500, users: 4, concurrency: 50, products: [13] });
    expect(accepted).toHaveLength(500);
    expect((await waitUntilSettled(shop.base, accepted)).counts).toEqual({ confirmed: 100, rejected: 400 });
    expect(await shop.stockOf(13)).toEqual({ ...before, stock: 0, reserved: before.reserved + 100 });
  });

  it('takes a message that arrives twice once', async () => {
    const before = await shop.stockOf(14);
    const placed = await order(14);
    await eventually(async () => expect(await shop.statusOf(placed.id, placed.token)).toBe('confirmed'));
    const event = orderPlaced(placed.id, placed.userId, 14, 1);
    // The same order under another event id: the inbox does not know it, the permanent business key does.
    for (const copy of [event, event, { ...event, id: randomUUID() }])
      expect(await publish(JSON.stringify(copy))).toEqual({ routed: true });
    const marker = await order(15);
    await eventually(async () => expect(await shop.statusOf(marker.id, marker.token)).toBe('confirmed'));
    expect(await shop.stockOf(14)).toMatchObject({ stock: before.stock - 1, reserved: before.reserved + 1 });
    expect(await shop.statusOf(placed.id, placed.token)).toBe('confirmed');
  });

  it('puts what nobody can process into order_events.dead with its reason, and its neighbours go on', async () => {
    const good = [await order(16), await order(16)];
    const event = orderPlaced(randomUUID(), randomUUID(), 16, 1);
    const marks = { notJson: randomUUID(), type: randomUUID() };
    await publish(`not json ${marks.notJson}`);
    await publish(JSON.stringify({ ...event, id: randomUUID(), type: 'OrderEaten', subject: marks.type }));
    await publish(JSON.stringify({ ...event, id: randomUUID(), dataschema: 'urn:agora:event:OrderPlaced:v9' }));
    await publish(JSON.stringify({ ...event, id: randomUUID(), data: { ...event.data, lines: [] } }));
    good.push(await order(16));
    for (const { id, token } of good)
      await eventually(async () => expect(await shop.statusOf(id, token)).toBe('confirmed'));
    await eventually(async () => {
      const dead = await deadLetters();
      expect(dead.find(({ payload }) => payload.includes(marks.notJson))?.reason).toBe('NOT_JSON');
      expect(dead.find(({ payload }) => payload.includes(marks.type))?.reason).toBe('UNKNOWN_TYPE');
      expect(dead.map(({ reason }) => reason)).toEqual(
        expect.arrayContaining(['UNSUPPORTED_VERSION', 'SCHEMA_INVALID']),
      );
    });
  });
});
