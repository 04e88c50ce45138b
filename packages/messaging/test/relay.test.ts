import { ORDER_EVENTS_QUEUE } from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addToOutbox } from '../src/index.ts';
import { outboxIsEmpty, published, relayOn } from './support/relaying.ts';
import { createRig, orderId, placed, type Rig } from './support/rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

describe('relay', () => {
  it('publishes what is in the outbox, with its headers, and empties it', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(rig, broker);
    const event = placed();
    await addToOutbox(rig.pool, [{ ...event, headers: { 'x-request-id': 'request-0001' } }]);
    relay.kick();
    await outboxIsEmpty(rig);
    const [message] = await rig.takeAll(ORDER_EVENTS_QUEUE);
    expect(JSON.parse(String(message?.content))).toEqual(event.envelope);
    expect(message?.properties).toMatchObject({
      messageId: event.envelope.id,
      type: 'OrderPlaced',
      contentType: 'application/cloudevents+json',
      deliveryMode: 2,
      headers: { 'x-request-id': 'request-0001' },
    });
    expect(broker.health()).toEqual({ status: 'ok' });
  });

  it('finds an event nobody kicked it for', async () => {
    relayOn(rig, rig.newBroker());
    await addToOutbox(rig.pool, [placed()]);
    await outboxIsEmpty(rig);
    expect(await published(rig)).toHaveLength(1);
  });

  it('keeps the order of each aggregate with two relays at work', async () => {
    const broker = rig.newBroker();
    const relays = [
      relayOn(rig, broker),
      relayOn(rig, broker, { pool: rig.newPool() }),
      relayOn(rig, rig.newBroker(), { pool: rig.newPool() }),
    ];
    const orders = Array.from({ length: 30 }, orderId);
    for (let version = 1; version <= 8; version += 1) {
      await addToOutbox(
        rig.pool,
        orders.map((order) => placed(order, version)),
      );
      for (const relay of relays) relay.kick();
    }
    await outboxIsEmpty(rig);
    const versions = new Map<string, number[]>();
    for (const { content } of await rig.takeAll(ORDER_EVENTS_QUEUE)) {
      const { subject, aggregateversion } = JSON.parse(String(content));
      versions.set(subject, [...(versions.get(subject) ?? []), aggregateversion]);
    }
    expect(versions.size).toBe(30);
    for (const seen of versions.values()) expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('lets nobody overtake an event that another relay has in hand', async () => {
    const order = orderId();
    const [first, second, other] = [placed(order, 1), placed(order, 2), placed()];
    await addToOutbox(rig.pool, [first, second, other]);
    const elsewhere = await rig.pool.connect();
    rig.after(() => elsewhere.release());
    await elsewhere.query('BEGIN');
    await elsewhere.query('SELECT seq FROM outbox WHERE id = $1 FOR UPDATE', [first.envelope.id]);
    relayOn(rig, rig.newBroker());
    await eventually(async () => (await rig.count('outbox')) === 2);
    expect(await published(rig)).toEqual([other.envelope.id]);
    await elsewhere.query('ROLLBACK');
    await outboxIsEmpty(rig);
    expect(await published(rig)).toEqual([first.envelope.id, second.envelope.id]);
  });

  it('stops in the middle of many events without losing or repeating one', async () => {
    const broker = rig.newBroker();
    const first = relayOn(rig, broker);
    const ids = Array.from({ length: 1_200 }, () => placed());
    await addToOutbox(rig.pool, ids);
    first.kick();
    await eventually(async () => (await rig.count('outbox')) < 1_200);
    await first.drain();
    const left = await rig.count('outbox');
    const sent = await published(rig);
    expect(sent.length + left).toBe(1_200);
    relayOn(rig, broker, { pool: rig.newPool() });
    await outboxIsEmpty(rig);
    expect(new Set([...sent, ...(await published(rig))]).size).toBe(1_200);
  });

  it('asks an idle database about once a second, with one statement', async () => {
    const pool = rig.newPool();
    const asked: { at: number; text: string }[] = [];
    pool.on('connect', (client: pg.PoolClient) => {
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      Object.assign(client, {
        query: (...args: unknown[]) => {
          const [first] = args;
          asked.push({
            at: Date.now(),
            text: typeof first === 'string' ? first : String((first as pg.QueryConfig).text),
          });
          return query(...args);
        },
      });
    });
    relayOn(rig, rig.newBroker(), { pool });
    const isPoll = ({ text }: { text: string }): boolean => text.includes('EXISTS (SELECT 1 FROM outbox WHERE');
    await eventually(() => asked.filter(isPoll).length >= 5, { timeoutMs: 15_000 });
    const [before, last] = asked.slice(-2);
    expect(asked.slice(-2).every(isPoll)).toBe(true);
    expect((last?.at ?? 0) - (before?.at ?? 0)).toBeGreaterThan(900);
  });
});
