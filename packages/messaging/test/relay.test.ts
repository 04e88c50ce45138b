import { randomBytes } from 'node:crypto';
import { type EventContract, ORDER_EVENTS, ORDER_EVENTS_QUEUE, OrderPlaced } from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addToOutbox, type Broker, type Relay, startRelay } from '../src/index.ts';
import { createRig, orderId, placed, type Rig } from './support/rig.ts';
import { startTcpProxy, through } from './support/tcp-proxy.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

function relayOn(
  broker: Broker,
  { pool = rig.pool, contracts = [OrderPlaced] }: { pool?: pg.Pool; contracts?: readonly EventContract[] } = {},
): Relay {
  const relay = startRelay({ broker, pool, contracts, reaches: [ORDER_EVENTS_QUEUE], logger: rig.log.logger });
  rig.after(() => relay.drain());
  return relay;
}

async function outboxIsEmpty(timeoutMs = 10_000): Promise<void> {
  await eventually(async () => (await rig.count('outbox')) === 0, { timeoutMs });
}

async function published(): Promise<string[]> {
  const messages = await rig.takeAll(ORDER_EVENTS_QUEUE);
  return messages.map(({ properties }) => String(properties.messageId));
}

describe('relay', () => {
  it('publishes what is in the outbox, with its headers, and empties it', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(broker);
    const event = placed();
    await addToOutbox(rig.pool, [{ ...event, headers: { 'x-request-id': 'request-0001' } }]);
    relay.kick();
    await outboxIsEmpty();
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
    relayOn(rig.newBroker());
    await addToOutbox(rig.pool, [placed()]);
    await outboxIsEmpty();
    expect(await published()).toHaveLength(1);
  });

  it('keeps the events while there is no broker, and delivers them when it comes', async () => {
    const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(rig.vhost.amqpUrl).port) });
    rig.after(() => proxy.close());
    proxy.set('refuse');
    const broker = rig.newBroker({ url: through(rig.vhost.amqpUrl, proxy), timings: { reconnectCapMs: 100 } });
    const relay = relayOn(broker);
    await addToOutbox(rig.pool, [placed(), placed()]);
    relay.kick();
    await eventually(() => proxy.accepted() > 3);
    expect(broker.health()).toMatchObject({
      status: 'degraded',
      detail: expect.stringMatching(/publishing: .+; consuming: .+/),
    });
    expect(await rig.count('outbox')).toBe(2);
    proxy.set('pass');
    await outboxIsEmpty();
    expect(await published()).toHaveLength(2);
    expect(broker.health()).toEqual({ status: 'ok' });
  });

  it('delivers an event stored after its connection was killed', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(broker);
    await broker.running();
    const connections = await eventually(
      async () => {
        const all = await rig.vhost.management<{ name: string; user_provided_name?: string }[]>(
          'GET',
          `vhosts/${rig.vhost.vhost}/connections`,
        );
        const ours = all.filter((one) => one.user_provided_name?.startsWith('test:'));
        return ours.length === 2 && ours;
      },
      { timeoutMs: 15_000 },
    );
    for (const { name } of connections) await rig.vhost.management('DELETE', `connections/${encodeURIComponent(name)}`);
    await eventually(() => rig.log.lines.filter(({ msg }) => msg === 'broker not connected').length === 2);
    await addToOutbox(rig.pool, [placed()]);
    relay.kick();
    await outboxIsEmpty();
    expect(await published()).toHaveLength(1);
    await eventually(() => expect(broker.health()).toEqual({ status: 'ok' }));
  });

  it('declares the topology again when an event finds no queue, and loses nothing', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(broker);
    await broker.running();
    await rig.channel.deleteQueue(ORDER_EVENTS_QUEUE);
    await addToOutbox(rig.pool, [placed()]);
    relay.kick();
    await eventually(() => rig.log.lines.some(({ msg }) => msg === 'events postponed'));
    await outboxIsEmpty();
    expect(await published()).toHaveLength(1);
    expect(broker.health()).toEqual({ status: 'ok' });
  });

  it('comes back from an exchange deleted under it', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(broker);
    await broker.running();
    await rig.channel.deleteExchange(ORDER_EVENTS.exchange);
    await addToOutbox(rig.pool, [placed(), placed()]);
    relay.kick();
    await outboxIsEmpty();
    expect(await published()).toHaveLength(2);
  });

  it('sets an event aside that no channel can carry, and publishes its neighbours', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(broker);
    const bad = { ...placed(), headers: { huge: randomBytes(40_000).toString('hex') } };
    await addToOutbox(rig.pool, [placed(), bad, placed()]);
    relay.kick();
    await outboxIsEmpty();
    expect(await published()).toHaveLength(2);
    const { rows } = await rig.pool.query('SELECT id, last_error FROM outbox_failed');
    expect(rows).toEqual([{ id: bad.envelope.id, last_error: expect.stringMatching(/headers/i) }]);
    expect(broker.health()).toMatchObject({ status: 'degraded', detail: expect.stringContaining('outbox_failed') });
  });

  it('finds the one event among many that the broker refuses, and sets it aside after twenty tries', async () => {
    const lost: EventContract = { ...OrderPlaced, type: 'OrderLost', exchange: 'nowhere' };
    const broker = rig.newBroker();
    const bad = placed();
    const refused = { ...bad, envelope: { ...bad.envelope, type: 'OrderLost' } };
    await addToOutbox(rig.pool, [placed(), refused, placed(), placed()]);
    await rig.pool.query('UPDATE outbox SET attempts = 19 WHERE type = $1', ['OrderLost']);
    relayOn(broker, { contracts: [OrderPlaced, lost] });
    await outboxIsEmpty();
    // Its neighbours may go out twice: the channel broke before their confirms came.
    expect(new Set(await published()).size).toBe(3);
    const { rows } = await rig.pool.query('SELECT id, attempts, last_error FROM outbox_failed');
    expect(rows).toEqual([{ id: bad.envelope.id, attempts: 20, last_error: expect.stringContaining('nowhere') }]);
  });

  it('keeps the order of each aggregate with two relays at work', async () => {
    const broker = rig.newBroker();
    const relays = [
      relayOn(broker),
      relayOn(broker, { pool: rig.newPool() }),
      relayOn(rig.newBroker(), { pool: rig.newPool() }),
    ];
    const orders = Array.from({ length: 30 }, orderId);
    for (let version = 1; version <= 8; version += 1) {
      await addToOutbox(
        rig.pool,
        orders.map((order) => placed(order, version)),
      );
      for (const relay of relays) relay.kick();
    }
    await outboxIsEmpty();
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
    relayOn(rig.newBroker());
    await eventually(async () => (await rig.count('outbox')) === 2);
    expect(await published()).toEqual([other.envelope.id]);
    await elsewhere.query('ROLLBACK');
    await outboxIsEmpty();
    expect(await published()).toEqual([first.envelope.id, second.envelope.id]);
  });

  it('publishes again, under the same id, what it had published when it was killed before the delete', async () => {
    await rig.pool.query('CREATE SEQUENCE deletes');
    await rig.pool.query(`
      CREATE FUNCTION die_once() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER AS $$
      BEGIN
        IF nextval('deletes') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RETURN OLD;
      END $$`);
    await rig.pool.query('CREATE TRIGGER die_once BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION die_once()');
    relayOn(rig.newBroker());
    const event = placed();
    await addToOutbox(rig.pool, [event]);
    await outboxIsEmpty();
    expect(await published()).toEqual([event.envelope.id, event.envelope.id]);
    expect(rig.log.lines.some(({ msg }) => msg === 'relay lost its database connection')).toBe(true);
  });

  it('publishes an event of a type it does not know by no guess, but keeps it', async () => {
    const relay = relayOn(rig.newBroker());
    const stranger = placed();
    await addToOutbox(rig.pool, [{ ...stranger, envelope: { ...stranger.envelope, type: 'FromTheFuture' } }, placed()]);
    relay.kick();
    await eventually(async () => (await rig.count('outbox')) === 1);
    const { rows } = await rig.pool.query('SELECT attempts, last_error FROM outbox');
    expect(rows).toEqual([{ attempts: 1, last_error: 'no contract for FromTheFuture' }]);
  });

  it('stops in the middle of many events without losing or repeating one', async () => {
    const broker = rig.newBroker();
    const first = relayOn(broker);
    const ids = Array.from({ length: 1_200 }, () => placed());
    await addToOutbox(rig.pool, ids);
    first.kick();
    await eventually(async () => (await rig.count('outbox')) < 1_200);
    await first.drain();
    const left = await rig.count('outbox');
    const sent = await published();
    expect(sent.length + left).toBe(1_200);
    relayOn(broker, { pool: rig.newPool() });
    await outboxIsEmpty();
    expect(new Set([...sent, ...(await published())]).size).toBe(1_200);
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
    relayOn(rig.newBroker(), { pool });
    const isPoll = ({ text }: { text: string }): boolean => text.includes('EXISTS (SELECT 1 FROM outbox WHERE');
    await eventually(() => asked.filter(isPoll).length >= 5, { timeoutMs: 15_000 });
    const [before, last] = asked.slice(-2);
    expect(asked.slice(-2).every(isPoll)).toBe(true);
    expect((last?.at ?? 0) - (before?.at ?? 0)).toBeGreaterThan(900);
  });
});
