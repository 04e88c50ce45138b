import { randomUUID } from 'node:crypto';
import { type EventData, newEvent, OrderPlaced, STOCK_EVENTS_QUEUE } from '@agora/shared-events';
import { type CollectedMessage, connectEventBus, type EventBus } from '@agora/tests/event-bus';
import { eventually } from '@agora/tests/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startForTest, type TestInventoryService } from './start-inventory-service.ts';

let service: TestInventoryService;
let bus: EventBus;
let answers: readonly CollectedMessage[];
let nextProduct = 1;
beforeAll(async () => {
  service = await startForTest();
  // Two consumers of the same queue, as with two replicas.
  await service.startAnother();
  await service.ready();
  bus = await connectEventBus(service.vhost.amqpUrl);
  answers = await bus.collect(STOCK_EVENTS_QUEUE);
});
afterAll(async () => {
  await bus?.close();
  await service?.close();
});

async function productWith(pieces: number): Promise<number> {
  const productId = nextProduct;
  nextProduct += 1;
  await service.stock(productId, pieces);
  return productId;
}

function orderOf(...lines: [productId: number, quantity: number][]) {
  const id = randomUUID();
  const data: EventData<typeof OrderPlaced> = {
    order_id: id,
    user_id: randomUUID(),
    currency: 'EUR',
    lines: lines.map(([product_id, quantity]) => ({ product_id, quantity, unit_price_cents: 100 })),
  };
  return newEvent(OrderPlaced, { source: '/order-service', subject: id, aggregateVersion: 1, data });
}

type Order = ReturnType<typeof orderOf>;

const place = (orders: readonly Order[], headers?: Record<string, string>) => bus.publish(OrderPlaced, orders, headers);
const answersTo = ({ subject }: Order) => answers.filter(({ event }) => event.subject === subject);
/** The first answer to an order, once there is one. */
const answerTo = (order: Order) => eventually(() => answersTo(order)[0] ?? false, { timeoutMs: 15_000 });
const stockOf = async (productId: number) => {
  const { body } = await service.newUser().call('GET', `/inventory/${productId}`);
  return [body.stock, body.reserved];
};

describe('an order', () => {
  it('is reserved when there are enough pieces, and answered with what caused it', async () => {
    const product = await productWith(10);
    const order = orderOf([product, 3]);
    await place([order], { 'x-request-id': 'checkout-0001' });
    const { event, headers, routingKey } = await answerTo(order);
    expect([event.type, routingKey]).toEqual(['StockReserved', 'stock.reserved']);
    expect(event.data).toEqual({ order_id: order.subject, lines: [{ product_id: product, quantity: 3 }] });
    expect(event).toMatchObject({ source: '/inventory-service', subject: order.subject, causationid: order.id });
    expect(headers).toMatchObject({ 'x-request-id': 'checkout-0001' });
    expect(await stockOf(product)).toEqual([7, 3]);
    const movements = 'SELECT product_id, pieces, kind FROM stock_movements WHERE order_id = $1';
    expect(await service.query(movements, [order.subject])).toEqual([
      { product_id: product, pieces: -3, kind: 'reservation' },
    ]);
  });

  it('is answered at once, not when the outbox is looked into next', async () => {
    const product = await productWith(20);
    let waitedMs = 0;
    for (let count = 0; count < 20; count += 1) {
      const order = orderOf([product, 1]);
      const started = performance.now();
      await place([order]);
      await answerTo(order);
      waitedMs += performance.now() - started;
    }
    // By itself the relay looks every 250 ms: 20 times half of that is 2.5 s.
    expect(waitedMs).toBeLessThan(1_500);
  });

  it('is rejected when a line cannot be had, and takes nothing of the others', async () => {
    const [plenty, scarce] = [await productWith(10), await productWith(1)];
    const order = orderOf([plenty, 2], [scarce, 2]);
    await place([order]);
    const { event, routingKey } = await answerTo(order);
    expect([event.type, routingKey]).toEqual(['StockRejected', 'stock.rejected']);
    expect(event.data).toMatchObject({ order_id: order.subject, reason: 'out_of_stock' });
    expect([await stockOf(plenty), await stockOf(scarce)]).toEqual([
      [10, 0],
      [1, 0],
    ]);
  });

  it('is rejected when a product has no stock at all', async () => {
    const order = orderOf([await productWith(10), 1], [987_654, 1]);
    await place([order]);
    expect((await answerTo(order)).event.data).toMatchObject({ reason: 'unknown_product' });
  });

  it('with several lines of one product takes their sum, or nothing', async () => {
    const product = await productWith(5);
    const [tooMuch, enough] = [orderOf([product, 3], [product, 3]), orderOf([product, 3], [product, 2])];
    await place([tooMuch, enough]);
    expect((await answerTo(tooMuch)).event.type).toBe('StockRejected');
    const { event } = await answerTo(enough);
    expect([event.type, event.data.lines]).toEqual([
      'StockReserved',
      [
        { product_id: product, quantity: 3 },
        { product_id: product, quantity: 2 },
      ],
    ]);
    expect(await stockOf(product)).toEqual([0, 5]);
  });

  it('of a hundred lines of the largest quantity is rejected like any other', async () => {
    const product = await productWith(2_147_483_647);
    const lines = Array.from({ length: 100 }, (): [number, number] => [product, 2_147_483_647]);
    const order = orderOf(...lines);
    await place([order]);
    expect((await answerTo(order)).event.data).toMatchObject({ reason: 'out_of_stock' });
  });
});

describe('the same order again', () => {
  it('as the same message has no second effect and no second answer', async () => {
    const product = await productWith(10);
    const order = orderOf([product, 4]);
    await place([order, order, order]);
    await answerTo(order);
    await place([order]);
    const last = orderOf([product, 1]);
    await place([last]);
    await answerTo(last);
    expect(answersTo(order)).toHaveLength(1);
    expect(await stockOf(product)).toEqual([5, 5]);
  });

  it('as another message, its inbox mark long gone, has no second effect and gets the same answer', async () => {
    const [product, scarce] = [await productWith(10), await productWith(0)];
    const [reserved, rejected] = [orderOf([product, 4]), orderOf([scarce, 1])];
    await place([reserved, rejected]);
    await Promise.all([reserved, rejected].map(answerTo));
    // Enough for both by now: what was decided stays decided.
    await service.newUser('root', 'admin').call('PUT', `/inventory/${scarce}`, { json: { stock: 10 } });

    await service.query('DELETE FROM inbox');
    const again = { ...rejected, id: randomUUID() };
    await place([reserved, again]);
    for (const order of [reserved, rejected]) {
      const [first, second] = await eventually(() => {
        const all = answersTo(order);
        return all.length === 2 && all;
      });
      expect([second?.event.type, second?.event.data]).toEqual([first?.event.type, first?.event.data]);
    }
    expect([await stockOf(product), await stockOf(scarce)]).toEqual([
      [6, 4],
      [10, 0],
    ]);
  });

  it('as two messages at once, at two consumers, is reserved once', async () => {
    const products = await Promise.all(Array.from({ length: 3 }, () => productWith(1_000)));
    const orders = Array.from({ length: 200 }, (_, index) => orderOf([products[index % 3] ?? 0, 1]));
    const twice = orders.flatMap((order) => [order, { ...order, id: randomUUID() }]);
    await place(twice);
    await eventually(() => orders.every((order) => answersTo(order).length === 2), { timeoutMs: 15_000 });
    const types = orders.flatMap((order) => answersTo(order).map(({ event }) => event.type));
    expect(new Set(types)).toEqual(new Set(['StockReserved']));
    const taken = await Promise.all(products.map(stockOf));
    expect(taken.map(([, reserved]) => reserved)).toEqual([67, 67, 66]);
  });
});

describe('many orders at once', () => {
  it('500 for 100 pieces reserve exactly 100', async () => {
    const product = await productWith(100);
    const orders = Array.from({ length: 500 }, () => orderOf([product, 1]));
    await place(orders);
    const types = (await Promise.all(orders.map(answerTo))).map(({ event }) => event.type);
    expect(types.filter((type) => type === 'StockReserved')).toHaveLength(100);
    expect(types.filter((type) => type === 'StockRejected')).toHaveLength(400);
    expect(await stockOf(product)).toEqual([0, 100]);
  });

  it('over the same products in opposite order neither deadlock nor oversell', async () => {
    const products = await Promise.all(Array.from({ length: 6 }, () => productWith(60)));
    const orders = Array.from({ length: 300 }, (_, index) => {
      const lines = products.map((product): [number, number] => [product, 1]);
      return orderOf(...(index % 2 === 0 ? lines : lines.reverse()));
    });
    await place(orders);
    const types = (await Promise.all(orders.map(answerTo))).map(({ event }) => event.type);
    expect(types.filter((type) => type === 'StockReserved')).toHaveLength(60);
    expect(await Promise.all(products.map(stockOf))).toEqual(products.map(() => [0, 60]));
  });

  it('while an admin sets the stock leave the ledger equal to the stock', async () => {
    const product = await productWith(50);
    const admin = service.newUser('root', 'admin');
    const orders = Array.from({ length: 200 }, () => orderOf([product, 1]));
    const settings = Array.from({ length: 20 }, (_, index) =>
      admin.call('PUT', `/inventory/${product}`, { json: { stock: 10 + index } }),
    );
    await Promise.all([place(orders), ...settings]);
    await Promise.all(orders.map(answerTo));
    expect(await service.unbalanced()).toEqual([]);
  });
});

it('after all that, every ledger adds up', async () => {
  expect(await service.unbalanced()).toEqual([]);
  expect(await service.query('SELECT count(*)::int FROM stock_movements')).not.toEqual([{ count: 0 }]);
  expect(await service.query('SELECT * FROM outbox_failed')).toEqual([]);
  // Neither deadlocks nor refused rows: nothing had to be tried again.
  expect(service.warnings()).toEqual([]);
});
