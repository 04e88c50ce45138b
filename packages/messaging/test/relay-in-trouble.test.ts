import { randomBytes } from 'node:crypto';
import { type EventContract, ORDER_EVENTS, ORDER_EVENTS_QUEUE, OrderPlaced } from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addToOutbox } from '../src/index.ts';
import { outboxIsEmpty, published, relayOn } from './support/relaying.ts';
import { createRig, placed, type Rig } from './support/rig.ts';
import { startTcpProxy, through } from './support/tcp-proxy.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

describe('relay in trouble', () => {
  it('keeps the events while there is no broker, and delivers them when it comes', async () => {
    const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(rig.vhost.amqpUrl).port) });
    rig.after(() => proxy.close());
    proxy.set('refuse');
    const broker = rig.newBroker({ url: through(rig.vhost.amqpUrl, proxy), timings: { reconnectCapMs: 100 } });
    const relay = relayOn(rig, broker);
    await addToOutbox(rig.pool, [placed(), placed()]);
    relay.kick();
    await eventually(() => proxy.accepted() > 3);
    expect(broker.health()).toMatchObject({
      status: 'degraded',
      detail: expect.stringMatching(/publishing: .+; consuming: .+/),
    });
    expect(await rig.count('outbox')).toBe(2);
    proxy.set('pass');
    await outboxIsEmpty(rig);
    expect(await published(rig)).toHaveLength(2);
    expect(broker.health()).toEqual({ status: 'ok' });
  });

  it('delivers an event stored after its connection was killed', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(rig, broker);
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
    await outboxIsEmpty(rig);
    expect(await published(rig)).toHaveLength(1);
    await eventually(() => expect(broker.health()).toEqual({ status: 'ok' }));
  });

  it('declares the topology again when an event finds no queue, and loses nothing', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(rig, broker);
    await broker.running();
    await rig.channel.deleteQueue(ORDER_EVENTS_QUEUE);
    await addToOutbox(rig.pool, [placed()]);
    relay.kick();
    await eventually(() => rig.log.lines.some(({ msg }) => msg === 'events postponed'));
    await outboxIsEmpty(rig);
    expect(await published(rig)).toHaveLength(1);
    expect(broker.health()).toEqual({ status: 'ok' });
  });

  it('comes back from an exchange deleted under it', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(rig, broker);
    await broker.running();
    await rig.channel.deleteExchange(ORDER_EVENTS.exchange);
    await addToOutbox(rig.pool, [placed(), placed()]);
    relay.kick();
    await outboxIsEmpty(rig);
    expect(await published(rig)).toHaveLength(2);
  });

  it('sets an event aside that no channel can carry, and publishes its neighbours', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(rig, broker);
    const bad = { ...placed(), headers: { huge: randomBytes(40_000).toString('hex') } };
    await addToOutbox(rig.pool, [placed(), bad, placed()]);
    relay.kick();
    await outboxIsEmpty(rig);
    expect(await published(rig)).toHaveLength(2);
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
    relayOn(rig, broker, { contracts: [OrderPlaced, lost] });
    await outboxIsEmpty(rig);
    // Its neighbours may go out twice: the channel broke before their confirms came.
    expect(new Set(await published(rig)).size).toBe(3);
    const { rows } = await rig.pool.query('SELECT id, attempts, last_error FROM outbox_failed');
    expect(rows).toEqual([{ id: bad.envelope.id, attempts: 20, last_error: expect.stringContaining('nowhere') }]);
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
    relayOn(rig, rig.newBroker());
    const event = placed();
    await addToOutbox(rig.pool, [event]);
    await outboxIsEmpty(rig);
    expect(await published(rig)).toEqual([event.envelope.id, event.envelope.id]);
    expect(rig.log.lines.some(({ msg }) => msg === 'relay lost its database connection')).toBe(true);
  });

  it('publishes an event of a type it does not know by no guess, but keeps it', async () => {
    const relay = relayOn(rig, rig.newBroker());
    const stranger = placed();
    await addToOutbox(rig.pool, [{ ...stranger, envelope: { ...stranger.envelope, type: 'FromTheFuture' } }, placed()]);
    relay.kick();
    await eventually(async () => (await rig.count('outbox')) === 1);
    const { rows } = await rig.pool.query('SELECT attempts, last_error FROM outbox');
    expect(rows).toEqual([{ attempts: 1, last_error: 'no contract for FromTheFuture' }]);
  });
});
