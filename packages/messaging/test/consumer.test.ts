import {
  ORDER_EVENTS,
  ORDER_EVENTS_DEAD_QUEUE,
  ORDER_EVENTS_QUEUE,
  ORDERS_EXCHANGE,
  OrderPlaced,
  retryQueueName,
  STOCK_EVENTS,
  STOCK_EVENTS_QUEUE,
  StockRejected,
  StockReserved,
} from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addToOutbox,
  type Broker,
  type Consumer,
  type ConsumerOptions,
  type FreshEvent,
  onBatch,
  startConsumer,
  startRelay,
  type Tx,
} from '../src/index.ts';
import { createRig, orderId, placed, placedBody, type Rig, SHORT_LADDER, send, stockAnswer } from './support/rig.ts';
import { startTcpProxy, through } from './support/tcp-proxy.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

function consumerOn(broker: Broker, options: Partial<ConsumerOptions> = {}): Consumer {
  const consumer = startConsumer({
    broker,
    pool: rig.pool,
    queue: ORDER_EVENTS,
    subscriptions: [onBatch(OrderPlaced, writeEffects)],
    logger: rig.log.logger,
    ...options,
  });
  rig.after(() => consumer.drain());
  return consumer;
}

/** The smallest effect there is: a row per event. Nothing but the inbox keeps it from being written twice. */
async function writeEffects(events: readonly FreshEvent[], tx: Tx): Promise<void> {
  await tx.query('INSERT INTO effects (event_id, subject) SELECT * FROM unnest($1::uuid[], $2::text[])', [
    events.map(({ id }) => id),
    events.map(({ subject }) => subject),
  ]);
}

/** Ready, unacknowledged and dead letters of a queue, as the broker counts them; it updates every few seconds. */
async function settles(check: () => void | Promise<void>): Promise<void> {
  await eventually(check, { timeoutMs: 10_000 });
}

async function effects(): Promise<string[]> {
  const { rows } = await rig.pool.query<{ event_id: string }>('SELECT event_id FROM effects ORDER BY position');
  return rows.map(({ event_id }) => event_id);
}

async function deadLetters(count: number) {
  const found: Awaited<ReturnType<Rig['takeAll']>> = [];
  await settles(async () => {
    found.push(...(await rig.takeAll(ORDER_EVENTS_DEAD_QUEUE)));
    expect(found).toHaveLength(count);
  });
  return found;
}

describe('consumer', () => {
  it('hands fresh events over with what came along, and tells when they are committed', async () => {
    const broker = rig.newBroker();
    const seen: FreshEvent[] = [];
    let commits = 0;
    consumerOn(broker, {
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
    for (const broker of brokers) consumerOn(broker, { pool: rig.newPool() });
    await Promise.all(brokers.map((broker) => broker.running()));
    const { id, body } = placedBody();
    for (let copy = 0; copy < 5; copy += 1) send(rig, ORDER_EVENTS_QUEUE, body);
    const { id: last, body: lastBody } = placedBody();
    send(rig, ORDER_EVENTS_QUEUE, lastBody);
    await settles(async () => expect(await effects()).toContain(last));
    await settles(async () =>
      expect(await rig.channel.checkQueue(ORDER_EVENTS_QUEUE)).toMatchObject({ messageCount: 0 }),
    );
    expect((await effects()).sort()).toEqual([id, last].sort());
  });

  it('sends what can never be processed to the dead letters with its reason, and its neighbours are not held up', async () => {
    const broker = rig.newBroker();
    consumerOn(broker);
    await broker.running();
    const good = [placedBody(), placedBody(), placedBody()];
    const { envelope } = placed();
    const changed = (change: object): Buffer => Buffer.from(JSON.stringify({ ...envelope, ...change }));
    const bad: [string, Buffer][] = [
      ['NOT_JSON', Buffer.from('hello')],
      ['NOT_JSON', Buffer.alloc(0)],
      ['NOT_JSON', Buffer.from([0, 1, 2, 255])],
      ['SCHEMA_INVALID', Buffer.from('{}')],
      ['SCHEMA_INVALID', changed({ data: { order_id: 'no uuid' } })],
      ['UNKNOWN_TYPE', changed({ type: 'OrderPainted' })],
      ['UNSUPPORTED_VERSION', changed({ dataschema: 'urn:agora:event:OrderPlaced:v2' })],
      ['TOO_LARGE', changed({ data: 'x'.repeat(300_000) })],
    ];
    for (const [index, [, body]] of bad.entries()) {
      send(rig, ORDER_EVENTS_QUEUE, body, {
        expiration: 3_600_000,
        headers: { CC: ['stock_events'] },
        messageId: `bad ${index}`,
      });
      if (good[index] !== undefined) send(rig, ORDER_EVENTS_QUEUE, good[index].body);
    }
    await settles(async () => expect(await effects()).toEqual(good.map(({ id }) => id)));
    const dead = await deadLetters(bad.length);
    expect(dead.map(({ properties }) => properties.headers?.['x-dead-reason']).sort()).toEqual(
      bad.map(([reason]) => reason).sort(),
    );
    expect(dead[0]?.properties.expiration).toBeUndefined();
    expect(dead[0]?.properties.headers).toMatchObject({
      'x-attempt': 0,
      'x-last-error': expect.any(String),
      'x-original-routing-key': ORDER_EVENTS_QUEUE,
    });
    expect(rig.log.lines.filter(({ msg }) => msg === 'message dead-lettered')).toHaveLength(bad.length);
  });

  it('bisects a batch to the one event whose handler throws, climbs the ladder with it, then gives it up', async () => {
    const broker = rig.newBroker();
    const all = Array.from({ length: 20 }, () => placedBody());
    const culprit = all[7]?.id;
    const attempts: number[] = [];
    await broker.running();
    for (const { body } of all) send(rig, ORDER_EVENTS_QUEUE, body);
    consumerOn(broker, {
      subscriptions: [
        onBatch(OrderPlaced, async (events, tx) => {
          await writeEffects(events, tx);
          if (events.some(({ id }) => id === culprit)) {
            if (events.length === 1) attempts.push(Date.now());
            throw new Error('this one does not work');
          }
        }),
      ],
    });
    const [dead] = await deadLetters(1);
    expect((await effects()).sort()).toEqual(
      all
        .map(({ id }) => id)
        .filter((id) => id !== culprit)
        .sort(),
    );
    expect(attempts).toHaveLength(1 + SHORT_LADDER.length);
    expect((attempts.at(-1) ?? 0) - (attempts[0] ?? 0)).toBeGreaterThanOrEqual(
      SHORT_LADDER.reduce((sum, ms) => sum + ms, 0),
    );
    expect(dead?.properties.headers).toMatchObject({
      'x-dead-reason': 'RETRIES_EXHAUSTED',
      'x-attempt': SHORT_LADDER.length,
      'x-last-error': 'Error: this one does not work',
      'x-first-failed-at': expect.any(String),
    });
    expect(JSON.parse(String(dead?.content)).id).toBe(culprit);
  });

  it('applies an event that works at its third try once, and leaves no dead letter', async () => {
    const broker = rig.newBroker();
    let tries = 0;
    consumerOn(broker, {
      subscriptions: [
        onBatch(OrderPlaced, async (events, tx) => {
          tries += 1;
          await writeEffects(events, tx);
          if (tries < 3) throw new Error('not yet');
        }),
      ],
    });
    await broker.running();
    const { id, body } = placedBody();
    send(rig, ORDER_EVENTS_QUEUE, body);
    await settles(async () => expect(await effects()).toEqual([id]));
    expect(tries).toBe(3);
    expect(await rig.takeAll(ORDER_EVENTS_DEAD_QUEUE)).toEqual([]);
  });

  it('makes a refused event a dead letter at once, commits the others, and takes it again when it is replayed', async () => {
    const broker = rig.newBroker();
    const refused = placedBody();
    let isRefusing = true;
    consumerOn(broker, {
      subscriptions: [
        onBatch(OrderPlaced, async (events, tx) => {
          const isBad = ({ id }: FreshEvent): boolean => isRefusing && id === refused.id;
          await writeEffects(
            events.filter((event) => !isBad(event)),
            tx,
          );
          return events.map((event) =>
            isBad(event) ? { kind: 'not_found', code: 'unknown_order', message: 'no such order' } : 'done',
          );
        }),
      ],
    });
    await broker.running();
    const good = [placedBody(), placedBody()];
    for (const { body } of [good[0], refused, good[1]].filter((one) => one !== undefined))
      send(rig, ORDER_EVENTS_QUEUE, body);
    const [dead] = await deadLetters(1);
    expect(dead?.properties.headers).toMatchObject({
      'x-dead-reason': 'unknown_order',
      'x-last-error': 'no such order',
    });
    await settles(async () => expect((await effects()).sort()).toEqual(good.map(({ id }) => id).sort()));
    isRefusing = false;
    send(rig, ORDER_EVENTS_QUEUE, dead?.content ?? Buffer.alloc(0));
    await settles(async () => expect(await effects()).toContain(refused.id));
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
    consumerOn(broker, {
      queue: STOCK_EVENTS,
      subscriptions: [onBatch(StockReserved, note), onBatch(StockRejected, note)],
    });
    await settles(() => expect(seen).toEqual(['StockReserved', 'StockRejected', 'StockReserved']));
  });

  it('settles the messages of 500 concurrent orders, each once, in far fewer transactions', async () => {
    const broker = rig.newBroker();
    let commits = 0;
    consumerOn(broker, {
      pool: rig.newPool(),
      onCommit: () => {
        commits += 1;
      },
    });
    const relay = startRelay({
      broker,
      pool: rig.pool,
      contracts: [OrderPlaced],
      reaches: [ORDER_EVENTS_QUEUE],
      logger: rig.log.logger,
    });
    rig.after(() => relay.drain());
    await broker.running();
    const events = Array.from({ length: 500 }, () => placed());
    await Promise.all(
      events.map(async (event) => {
        await addToOutbox(rig.pool, [event]);
        relay.kick();
      }),
    );
    await settles(async () => expect(await rig.count('effects')).toBe(500));
    expect((await effects()).sort()).toEqual(events.map(({ envelope }) => envelope.id).sort());
    expect(commits).toBeLessThan(250);
  });

  it('stops with nothing half done: what it began is committed, the rest is back in the queue', async () => {
    const broker = rig.newBroker();
    const began = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const consumer = consumerOn(broker, {
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
    const done = await effects();
    expect(done.length).toBeGreaterThan(0);
    expect(done.length).toBeLessThan(400);
    await settles(async () =>
      expect(await rig.channel.checkQueue(ORDER_EVENTS_QUEUE)).toMatchObject({
        messageCount: 400 - done.length,
        consumerCount: 0,
      }),
    );
    consumerOn(broker);
    await settles(async () => expect(await rig.count('effects')).toBe(400));
    expect((await effects()).sort()).toEqual(all.map(({ id }) => id).sort());
  });

  it('consumes again after its queue was deleted under it', async () => {
    const broker = rig.newBroker();
    consumerOn(broker);
    await broker.running();
    await settles(async () => expect((await rig.channel.checkQueue(ORDER_EVENTS_QUEUE)).consumerCount).toBe(1));
    await rig.channel.deleteQueue(ORDER_EVENTS_QUEUE);
    await settles(() =>
      expect(rig.log.lines.some(({ problem }) => String(problem).includes('cancelled the consumer'))).toBe(true),
    );
    await broker.running();
    const { id, body } = placedBody();
    send(rig, ORDER_EVENTS_QUEUE, body);
    await settles(async () => expect(await effects()).toEqual([id]));
  });

  it('holds a failing message until its copy finds a queue', async () => {
    const broker = rig.newBroker();
    let tries = 0;
    consumerOn(broker, {
      subscriptions: [
        onBatch(OrderPlaced, async (events, tx) => {
          tries += 1;
          if (tries === 1) throw new Error('once');
          await writeEffects(events, tx);
        }),
      ],
    });
    await broker.running();
    const [delayMs = 0] = SHORT_LADDER;
    await rig.channel.deleteQueue(retryQueueName(ORDER_EVENTS_QUEUE, delayMs));
    const { id, body } = placedBody();
    send(rig, ORDER_EVENTS_QUEUE, body);
    await settles(async () => expect(await effects()).toEqual([id]));
    expect(tries).toBe(2);
  });

  it('acknowledges a failing message only when its copy is safe', async () => {
    const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(rig.vhost.amqpUrl).port) });
    rig.after(() => proxy.close());
    const broker = rig.newBroker({
      url: through(rig.vhost.amqpUrl, proxy),
      timings: { copiesTimeoutMs: 100, closeTimeoutMs: 100 },
    });
    const tried = Promise.withResolvers<void>();
    const consumer = consumerOn(broker, {
      subscriptions: [
        onBatch(OrderPlaced, async () => {
          tried.resolve();
          throw new Error('no');
        }),
      ],
    });
    await broker.running();
    // The acks get through, the copies do not.
    proxy.hush('test:publish');
    send(rig, ORDER_EVENTS_QUEUE, placedBody().body);
    await tried.promise;
    await consumer.drain();
    await settles(async () =>
      expect(await rig.channel.checkQueue(ORDER_EVENTS_QUEUE)).toMatchObject({ messageCount: 1 }),
    );
  });

  it('refuses to take outcomes for other events than it asked about', async () => {
    const broker = rig.newBroker();
    consumerOn(broker, { subscriptions: [onBatch(OrderPlaced, async () => ['done', 'done'])] });
    await broker.running();
    send(rig, ORDER_EVENTS_QUEUE, placedBody().body);
    const [dead] = await deadLetters(1);
    expect(dead?.properties.headers?.['x-last-error']).toContain('2 outcomes for 1 events');
  });
});
