import { ORDER_EVENTS_DEAD_QUEUE, ORDER_EVENTS_QUEUE, OrderPlaced, retryQueueName } from '@agora/shared-events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FreshEvent, onBatch } from '../src/index.ts';
import { consumerOn, deadLetters, effects, settles, writeEffects } from './support/consuming.ts';
import { createRig, placed, placedBody, type Rig, SHORT_LADDER, send } from './support/rig.ts';
import { startTcpProxy, through } from './support/tcp-proxy.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

describe('messages that fail', () => {
  it('sends what can never be processed to the dead letters with its reason, and its neighbours are not held up', async () => {
    const broker = rig.newBroker();
    consumerOn(rig, broker);
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
    await settles(async () => expect(await effects(rig)).toEqual(good.map(({ id }) => id)));
    const dead = await deadLetters(rig, bad.length);
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
    consumerOn(rig, broker, {
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
    const [dead] = await deadLetters(rig, 1);
    expect((await effects(rig)).sort()).toEqual(
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
    consumerOn(rig, broker, {
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
    await settles(async () => expect(await effects(rig)).toEqual([id]));
    expect(tries).toBe(3);
    expect(await rig.takeAll(ORDER_EVENTS_DEAD_QUEUE)).toEqual([]);
  });

  it('makes a refused event a dead letter at once, commits the others, and takes it again when it is replayed', async () => {
    const broker = rig.newBroker();
    const refused = placedBody();
    let isRefusing = true;
    consumerOn(rig, broker, {
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
    const [dead] = await deadLetters(rig, 1);
    expect(dead?.properties.headers).toMatchObject({
      'x-dead-reason': 'unknown_order',
      'x-last-error': 'no such order',
    });
    await settles(async () => expect((await effects(rig)).sort()).toEqual(good.map(({ id }) => id).sort()));
    isRefusing = false;
    send(rig, ORDER_EVENTS_QUEUE, dead?.content ?? Buffer.alloc(0));
    await settles(async () => expect(await effects(rig)).toContain(refused.id));
  });

  it('holds a failing message until its copy finds a queue', async () => {
    const broker = rig.newBroker();
    let tries = 0;
    consumerOn(rig, broker, {
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
    await settles(async () => expect(await effects(rig)).toEqual([id]));
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
    const consumer = consumerOn(rig, broker, {
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
    consumerOn(rig, broker, { subscriptions: [onBatch(OrderPlaced, async () => ['done', 'done'])] });
    await broker.running();
    send(rig, ORDER_EVENTS_QUEUE, placedBody().body);
    const [dead] = await deadLetters(rig, 1);
    expect(dead?.properties.headers?.['x-last-error']).toContain('2 outcomes for 1 events');
  });
});
