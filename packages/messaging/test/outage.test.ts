import { ORDER_EVENTS_DEAD_QUEUE, ORDER_EVENTS_QUEUE, OrderPlaced } from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addToOutbox, onBatch } from '../src/index.ts';
import { consumerOn, effects, writeEffects } from './support/consuming.ts';
import { relayOn } from './support/relaying.ts';
import { createRig, placed, placedBody, type Rig, send } from './support/rig.ts';
import { startTcpProxy, type TcpProxy, through } from './support/tcp-proxy.ts';

const QUICK = { reconnectFirstMs: 10, reconnectCapMs: 20 };
const LONG = { timeoutMs: 18_000 };

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

async function proxyOf(url: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(url);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  rig.after(() => proxy.close());
  return proxy;
}

const applied = onBatch(OrderPlaced, writeEffects);

describe('outages', () => {
  it('takes a message whose handler never answers for the culprit, in the end', async () => {
    const broker = rig.newBroker({ retryDelaysMs: [] });
    const stuck = placedBody();
    consumerOn(rig, broker, {
      pool: rig.newPool(),
      subscriptions: [
        onBatch(OrderPlaced, async (events, tx) => {
          if (events.some(({ id }) => id === stuck.id)) await new Promise(() => {});
          await writeEffects(events, tx);
        }),
      ],
      batchDeadlineMs: 100,
    });
    await broker.running();
    const good = [placedBody(), placedBody()];
    for (const { body } of [good[0], stuck, good[1]].filter((one) => one !== undefined))
      send(rig, ORDER_EVENTS_QUEUE, body);
    await eventually(async () => expect((await effects(rig)).sort()).toEqual(good.map(({ id }) => id).sort()), LONG);
    await eventually(async () => expect(await rig.takeAll(ORDER_EVENTS_DEAD_QUEUE)).toHaveLength(1), LONG);
  });

  it('pauses while the database is gone, retries and buries nothing, and goes on when it is back', async () => {
    const database = await proxyOf(rig.databaseUrl);
    const broker = rig.newBroker();
    consumerOn(rig, broker, {
      pool: rig.newPool(through(rig.databaseUrl, database)),
      subscriptions: [applied],
    });
    await broker.running();
    database.set('refuse');
    const all = Array.from({ length: 50 }, () => placedBody());
    for (const { body } of all) send(rig, ORDER_EVENTS_QUEUE, body);
    await eventually(() => {
      expect(broker.health()).toMatchObject({
        status: 'degraded',
        detail: expect.stringContaining('consumer of order_events: paused, the database is unavailable'),
      });
    }, LONG);
    // Everything is back in the queue, not in our hands.
    await eventually(async () =>
      expect(await rig.channel.checkQueue(ORDER_EVENTS_QUEUE)).toMatchObject({ messageCount: 50 }),
    );
    database.set('pass');
    await eventually(async () => expect(await rig.count('effects')).toBe(50), LONG);
    expect((await effects(rig)).sort()).toEqual(all.map(({ id }) => id).sort());
    expect(await rig.takeAll(ORDER_EVENTS_DEAD_QUEUE)).toEqual([]);
    expect(rig.log.lines.filter(({ msg }) => msg === 'message will be retried')).toEqual([]);
    expect(broker.health()).toEqual({ status: 'ok' });
  });

  it('sits out terminated sessions with the messages in hand', async () => {
    const broker = rig.newBroker();
    const pool = rig.newPool();
    let runs = 0;
    consumerOn(rig, broker, {
      pool,
      subscriptions: [
        onBatch(OrderPlaced, async (events, tx) => {
          await writeEffects(events, tx);
          runs += 1;
          if (runs <= 3) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
        }),
      ],
    });
    await broker.running();
    const { id, body } = placedBody();
    send(rig, ORDER_EVENTS_QUEUE, body);
    await eventually(async () => expect(await effects(rig)).toEqual([id]), LONG);
    expect(runs).toBe(4);
    expect(broker.health()).toEqual({ status: 'ok' });
    expect(await rig.takeAll(ORDER_EVENTS_DEAD_QUEUE)).toEqual([]);
  });

  it('decides by the inbox when the answer to COMMIT is lost', async () => {
    const database = await proxyOf(rig.databaseUrl);
    const broker = rig.newBroker();
    let runs = 0;
    consumerOn(rig, broker, {
      pool: rig.newPool(through(rig.databaseUrl, database)),
      subscriptions: [
        onBatch(OrderPlaced, async (events, tx) => {
          runs += 1;
          await writeEffects(events, tx);
          // From here on the database does what it is told, COMMIT included, and its answers are lost.
          if (runs === 1) database.set('silent-answers');
        }),
      ],
      batchDeadlineMs: 500,
    });
    await broker.running();
    const { id, body } = placedBody();
    send(rig, ORDER_EVENTS_QUEUE, body);
    await eventually(async () => expect(await effects(rig)).toEqual([id]), LONG);
    database.set('pass');
    const { id: next, body: nextBody } = placedBody();
    send(rig, ORDER_EVENTS_QUEUE, nextBody);
    await eventually(async () => expect(await effects(rig)).toEqual([id, next]), LONG);
    expect(runs).toBe(2);
    await eventually(async () =>
      expect(await rig.channel.checkQueue(ORDER_EVENTS_QUEUE)).toMatchObject({ messageCount: 0 }),
    );
  });

  it('buries only the message that kills its consumer, not those beside it', async () => {
    const link = await proxyOf(rig.vhost.amqpUrl);
    const broker = rig.newBroker({ url: through(rig.vhost.amqpUrl, link), timings: QUICK });
    await broker.running();
    const all = Array.from({ length: 30 }, () => placedBody());
    const killer = all[10];
    for (const { body } of all) send(rig, ORDER_EVENTS_QUEUE, body);
    const batches: number[] = [];
    consumerOn(rig, broker, {
      pool: rig.pool,
      subscriptions: [
        onBatch(OrderPlaced, async (events, tx) => {
          if (events.some(({ id }) => id === killer?.id)) {
            batches.push(events.length);
            // As the broker sees it, the process died: everything it held is redelivered.
            link.cut();
            await new Promise((resolve) => setImmediate(resolve));
            throw new Error('died');
          }
          await writeEffects(events, tx);
        }),
      ],
    });
    const dead = await eventually(async () => {
      const found = await rig.takeAll(ORDER_EVENTS_DEAD_QUEUE);
      return found.length > 0 && found;
    }, LONG);
    expect(dead.map(({ content }) => JSON.parse(String(content)).id)).toEqual([killer?.id]);
    expect(dead[0]?.properties.headers?.['x-death']?.[0]?.reason).toBe('delivery_limit');
    expect(batches.at(-1)).toBe(1);
    await eventually(async () => expect(await rig.count('effects')).toBe(29), LONG);
  });

  it('loses and doubles nothing while the connections to broker and database break again and again', async () => {
    const link = await proxyOf(rig.vhost.amqpUrl);
    const database = await proxyOf(rig.databaseUrl);
    const broker = rig.newBroker({ url: through(rig.vhost.amqpUrl, link), timings: QUICK });
    const relay = relayOn(rig, broker, { pool: rig.newPool(through(rig.databaseUrl, database)) });
    consumerOn(rig, broker, {
      pool: rig.newPool(through(rig.databaseUrl, database)),
      subscriptions: [applied],
      onCommit: () => {
        commits += 1;
      },
    });
    let commits = 0;
    const events = Array.from({ length: 1_500 }, () => placed());
    // Eight breaks: each may cost what waits two deliveries, and after twenty the broker gives a message up.
    for (let start = 0; start < events.length; start += 200) {
      const before = commits;
      await addToOutbox(rig.pool, events.slice(start, start + 200));
      relay.kick();
      await eventually(() => commits > before, LONG);
      if (start % 400 === 0) link.cut();
      else database.cut();
    }
    await eventually(async () => expect(await rig.count('effects')).toBe(1_500), LONG);
    expect((await effects(rig)).sort()).toEqual(events.map(({ envelope }) => envelope.id).sort());
    await eventually(async () => (await rig.count('outbox')) === 0);
    expect(await rig.takeAll(ORDER_EVENTS_DEAD_QUEUE)).toEqual([]);
    // It did break.
    expect(link.accepted()).toBeGreaterThan(4);
    expect(database.accepted()).toBeGreaterThan(4);
  }, 60_000);
});
