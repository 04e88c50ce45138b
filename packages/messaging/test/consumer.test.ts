import {
  ORDER_EVENTS_QUEUE,
  ORDERS_EXCHANGE,
  OrderPlaced,
  STOCK_EVENTS,
  STOCK_EVENTS_QUEUE,
  StockRejected,
  StockReserved,
} from '@agora/shared-events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addToOutbox, type FreshEvent, onBatch } from '../src/index.ts';
import { consumerOn, effects, settles, writeEffects } from './support/consuming.ts';
import { relayOn } from './support/relaying.ts';
import { createRig, orderId, placed, placedBody, type Rig, send, stockAnswer } from './support/rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

describe('consumer', () => {
  it('hands fresh events over with what came along, and tells when they are committed', async () => {
    const broker = rig.newBroker();
    const seen: FreshEvent[] = [];
    let commits = 0;
    consumerOn(rig, broker, {
      subscriptions: [onBatch(OrderPlaced, async (events) => void seen.push(...events))],
      onCommit: () => {
        commits += 1;
      },
    });
    await broker.running();
    const order = orderId();
    const { envelope } = placed(order, 3);
    rig.channel.publish(ORDERS_EXCHANGE, 'order.placed', Buffer.from(JSON.stringify(envelope)), {
      headers: { 'x-request-id': 'request-0001', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    await settles(() => expect(commits).toBe(1));
    expect(seen).toEqual([
      {
        id: envelope.id,
        type: 'OrderPlaced',
        subject: order,
        time: envelope.time,
        aggregateVersion: 3,
        data: envelope.data,
        headers: { requestId: 'request-0001', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
      },
    ]);
    expect(await rig.count('inbox')).toBe(1);
  });

  it('gives a message delivered five times one effect, with two consumers at work', async () => {
    const brokers = [rig.newBroker(), rig.newBroker()];
    for (const broker of brokers) consumerOn(rig, broker, { pool: rig.newPool() });
    await Promise.all(brokers.map((broker) => broker.running()));
    const { id, body } = placedBody();
    for (let copy = 0; copy < 5; copy += 1) send(rig, ORDER_EVENTS_QUEUE, body);
    const { id: last, body: lastBody } = placedBody();
    send(rig, ORDER_EVENTS_QUEUE, lastBody);
    await settles(async () => expect(await effects(rig)).toContain(last));
    await settles(async () =>
      expect(await rig.channel.checkQueue(ORDER_EVENTS_QUEUE)).toMatchObject({ messageCount: 0 }),
    );
    expect((await effects(rig)).sort()).toEqual([id, last].sort());
  });

  it('hands events of one subject over in the order they came, also when they are of several types', async () => {
    const broker = rig.newBroker();
    const seen: string[] = [];
    const order = orderId();
    await broker.running();
    // The first one is taken alone, the others as a batch.
    send(rig, STOCK_EVENTS_QUEUE, stockAnswer('rejected', orderId()));
    send(rig, STOCK_EVENTS_QUEUE, stockAnswer('reserved', order));
    send(rig, STOCK_EVENTS_QUEUE, stockAnswer('rejected', order));
    send(rig, STOCK_EVENTS_QUEUE, stockAnswer('reserved', order));
    const note = async (events: readonly FreshEvent[]): Promise<void> => {
      seen.push(...events.filter(({ subject }) => subject === order).map(({ type }) => type));
    };
    consumerOn(rig, broker, {
      queue: STOCK_EVENTS,
      subscriptions: [onBatch(StockReserved, note), onBatch(StockRejected, note)],
    });
    await settles(() => expect(seen).toEqual(['StockReserved', 'StockRejected', 'StockReserved']));
  });

  it('settles the messages of 500 concurrent orders, each once, in far fewer transactions', async () => {
    const broker = rig.newBroker();
    let commits = 0;
    consumerOn(rig, broker, {
      pool: rig.newPool(),
      onCommit: () => {
        commits += 1;
      },
    });
    const relay = relayOn(rig, broker);
    await broker.running();
    const events = Array.from({ length: 500 }, () => placed());
    await Promise.all(
      events.map(async (event) => {
        await addToOutbox(rig.pool, [event]);
        relay.kick();
      }),
    );
    await settles(async () => expect(await rig.count('effects')).toBe(500));
    expect((await effects(rig)).sort()).toEqual(events.map(({ envelope }) => envelope.id).sort());
    expect(commits).toBeLessThan(250);
  });

  it('stops with nothing half done: what it began is committed, the rest is back in the queue', async () => {
    const broker = rig.newBroker();
    const began = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const consumer = consumerOn(rig, broker, {
      subscriptions: [
        onBatch(OrderPlaced, async (events, tx) => {
          if (events.length > 1) {
            began.resolve();
            await release.promise;
          }
          await writeEffects(events, tx);
        }),
      ],
    });
    await broker.running();
    const all = Array.from({ length: 400 }, () => placedBody());
    for (const { body } of all) send(rig, ORDER_EVENTS_QUEUE, body);
    await began.promise;
    let isDrained = false;
    const drained = consumer.drain().then(() => {
      isDrained = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDrained).toBe(false);
    release.resolve();
    await drained;
    const done = await effects(rig);
    expect(done.length).toBeGreaterThan(0);
    expect(done.length).toBeLessThan(400);
    await settles(async () =>
      expect(await rig.channel.checkQueue(ORDER_EVENTS_QUEUE)).toMatchObject({
        messageCount: 400 - done.length,
        consumerCount: 0,
      }),
    );
    consumerOn(rig, broker);
    await settles(async () => expect(await rig.count('effects')).toBe(400));
    expect((await effects(rig)).sort()).toEqual(all.map(({ id }) => id).sort());
  });

  it('consumes again after its queue was deleted under it', async () => {
    const broker = rig.newBroker();
    consumerOn(rig, broker);
    await broker.running();
    await settles(async () => expect((await rig.channel.checkQueue(ORDER_EVENTS_QUEUE)).consumerCount).toBe(1));
    await rig.channel.deleteQueue(ORDER_EVENTS_QUEUE);
    await settles(() =>
      expect(rig.log.lines.some(({ problem }) => String(problem).includes('cancelled the consumer'))).toBe(true),
    );
    await broker.running();
    const { id, body } = placedBody();
    send(rig, ORDER_EVENTS_QUEUE, body);
    await settles(async () => expect(await effects(rig)).toEqual([id]));
  });
});
