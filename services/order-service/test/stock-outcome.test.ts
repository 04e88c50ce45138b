import { randomUUID } from 'node:crypto';
import { newEvent, STOCK_EVENTS_DEAD_QUEUE, StockRejected, StockReserved } from '@agora/shared-events';
import { connectEventBus, type EventBus } from '@agora/tests/event-bus';
import { eventually } from '@agora/tests/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startForTest, type TestOrderService, type TestUser } from './start-order-service.ts';

let service: TestOrderService;
let bus: EventBus;
let ada: TestUser;
beforeAll(async () => {
  service = await startForTest();
  bus = await connectEventBus(service.vhost.amqpUrl);
  ada = service.newUser();
});
afterAll(async () => {
  await bus?.close();
  await service?.close();
});

const lines = [{ product_id: 99, quantity: 1 }];
const aboutOrder = (subject: string) => ({ source: '/inventory-service', subject, aggregateVersion: 1 });
const reserved = (id: string) => newEvent(StockReserved, { ...aboutOrder(id), data: { order_id: id, lines } });
const rejected = (id: string, reason: 'out_of_stock' | 'unknown_product' = 'out_of_stock') =>
  newEvent(StockRejected, { ...aboutOrder(id), data: { order_id: id, lines, reason } });

async function placed(): Promise<string> {
  const { status, body } = await ada.call('POST', '/orders/?product_id=99');
  expect(status).toBe(201);
  return String(body.id);
}

const orderOf = async (id: string) => (await ada.call('GET', `/orders/${id}`)).body;
const versionOf = async (id: string) =>
  (await service.query('SELECT version FROM orders WHERE id = $1', [id]))[0]?.version;

/** Events of one queue take effect in the order they came: once this order is confirmed, what was published before it is done. */
async function everythingBefore(): Promise<void> {
  const id = await placed();
  await bus.publish(StockReserved, [reserved(id)]);
  await eventually(async () => expect(await orderOf(id)).toMatchObject({ status: 'confirmed' }));
}

describe('what stock answers', () => {
  it('confirms an order', async () => {
    const id = await placed();
    await bus.publish(StockReserved, [reserved(id)]);
    const order = await eventually(async () => {
      const body = await orderOf(id);
      return body.status === 'confirmed' && body;
    });
    expect(order).not.toHaveProperty('reason');
    expect(await versionOf(id)).toBe(2);
  });

  it.each(['out_of_stock', 'unknown_product'] as const)('rejects an order: %s', async (reason) => {
    const id = await placed();
    await bus.publish(StockRejected, [rejected(id, reason)]);
    await eventually(async () => expect(await orderOf(id)).toMatchObject({ status: 'rejected', reason }));
    expect((await ada.call('GET', '/orders/?limit=1')).rows).toEqual([
      expect.objectContaining({ id, status: 'rejected', reason }),
    ]);
  });

  it('settles a hundred orders that come at once', async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, placed));
    const [toReject, toConfirm] = [ids.slice(0, 40), ids.slice(40)];
    await Promise.all([
      bus.publish(
        StockRejected,
        toReject.map((id) => rejected(id)),
      ),
      bus.publish(StockReserved, toConfirm.map(reserved)),
    ]);
    const count = async (status: string) => {
      const settled = 'SELECT count(*)::int FROM orders WHERE id = ANY($1) AND status = $2';
      return (await service.query(settled, [ids, status]))[0]?.count;
    };
    await eventually(async () => expect([await count('confirmed'), await count('rejected')]).toEqual([60, 40]));
  });

  it('changes an order once, though the answer comes again, as the same message and as another', async () => {
    const id = await placed();
    const event = reserved(id);
    await bus.publish(StockReserved, [event, event, reserved(id)]);
    await everythingBefore();
    expect(await versionOf(id)).toBe(2);
  });

  it('does not change a settled order to its contrary, and says so in the log', async () => {
    const id = await placed();
    await bus.publish(StockReserved, [reserved(id)]);
    await bus.publish(StockRejected, [rejected(id)]);
    await everythingBefore();
    expect(await orderOf(id)).toMatchObject({ status: 'confirmed' });
    expect(await versionOf(id)).toBe(2);
    const ignored = service.logs.filter(({ msg, orderId }) => msg === 'stock answer ignored' && orderId === id);
    expect(ignored).toHaveLength(1);
  });

  it('about an order that is not here becomes a dead letter, and holds up nobody', async () => {
    const dead = await bus.collect(STOCK_EVENTS_DEAD_QUEUE);
    const ghost = randomUUID();
    const id = await placed();
    await bus.publish(StockReserved, [reserved(ghost), reserved(id)]);
    await eventually(async () => expect(await orderOf(id)).toMatchObject({ status: 'confirmed' }));
    const letter = await eventually(() => dead.find(({ event }) => event.subject === ghost) ?? false);
    expect(letter.headers['x-dead-reason']).toBe('order_not_found');
  });
});
