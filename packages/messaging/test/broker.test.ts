import { ORDER_EVENTS_QUEUE, OrderPlaced } from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addToOutbox, startRelay } from '../src/index.ts';
import { relayOn } from './support/relaying.ts';
import { createRig, placed, type Rig } from './support/rig.ts';
import { startTcpProxy, type TcpProxy, through } from './support/tcp-proxy.ts';

const QUICK = { reconnectFirstMs: 20, reconnectCapMs: 100, configurationRetryMs: 200, closeTimeoutMs: 500 };

let rig: Rig;
let proxy: TcpProxy;
beforeEach(async () => {
  rig = await createRig();
  proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(rig.vhost.amqpUrl).port) });
  rig.after(() => proxy.close());
});
afterEach(() => rig.close());

describe('broker connection', () => {
  it('names the argument when a queue exists with others, and recovers without a restart', async () => {
    await rig.channel.assertQueue(ORDER_EVENTS_QUEUE, { durable: true });
    const broker = rig.newBroker({ timings: QUICK });
    await eventually(() => {
      expect(broker.health()).toMatchObject({
        status: 'degraded',
        detail: expect.stringMatching(/inequivalent arg 'x-[a-z-]+' for queue 'order_events'/),
      });
    });
    expect(rig.log.lines.find(({ level }) => level === 'error')).toMatchObject({
      msg: 'broker refuses, somebody has to act',
    });
    await rig.channel.deleteQueue(ORDER_EVENTS_QUEUE);
    await broker.running();
    expect(broker.health()).toEqual({ status: 'ok' });
  });

  it.each([
    ['a wrong password', (url: URL) => Object.assign(url, { password: 'wrong' }), /403|ACCESS.REFUSED/i],
    ['a vhost that is not there', (url: URL) => Object.assign(url, { pathname: '/nowhere' }), /refuses the vhost/],
  ])('takes %s for a mistake of configuration, not for weather', async (_, change, problem) => {
    const broker = rig.newBroker({
      url: change(new URL(rig.vhost.amqpUrl)).href,
      timings: { configurationRetryMs: 60_000 },
    });
    await eventually(() => expect(broker.health().detail).toMatch(problem));
    await eventually(() => rig.log.lines.filter(({ level }) => level === 'error').length === 2);
  });

  it('is degraded while a queue its events have to reach is missing', async () => {
    const broker = rig.newBroker({ timings: QUICK });
    const relay = startRelay({
      broker,
      pool: rig.pool,
      contracts: [OrderPlaced],
      reaches: ['renamed_events'],
      logger: rig.log.logger,
    });
    rig.after(() => relay.drain());
    await eventually(() => expect(broker.health().detail).toContain("no queue 'renamed_events'"));
    await rig.channel.assertQueue('renamed_events');
    await eventually(() => expect(broker.health()).toEqual({ status: 'ok' }));
  });

  it('survives a connection that breaks at any point of handshake and declaration', async () => {
    const broker = rig.newBroker({ url: through(rig.vhost.amqpUrl, proxy), timings: QUICK });
    for (let bytes = 0; bytes < 2_400; bytes += 120) {
      const before = proxy.accepted();
      proxy.limitAnswers(bytes, 'cut');
      proxy.cut();
      await eventually(() => proxy.accepted() >= before + 2);
    }
    proxy.limitAnswers(Number.POSITIVE_INFINITY, 'cut');
    proxy.cut();
    await eventually(() => expect(broker.health()).toEqual({ status: 'ok' }));
  });

  it('gives up on a broker that accepts and says nothing, and keeps trying', async () => {
    proxy.set('silent');
    const broker = rig.newBroker({
      url: through(rig.vhost.amqpUrl, proxy),
      timings: { ...QUICK, connectTimeoutMs: 200, openTimeoutMs: 300 },
    });
    await eventually(() => proxy.accepted() >= 4);
    expect(broker.health().status).toBe('degraded');
    proxy.set('pass');
    await broker.running();
  });

  it('gives up on a broker that falls silent after the handshake', async () => {
    // The handshake is about 500 bytes; the answers to the declarations follow.
    proxy.limitAnswers(700, 'silence');
    const broker = rig.newBroker({
      url: through(rig.vhost.amqpUrl, proxy),
      timings: { ...QUICK, openTimeoutMs: 300 },
    });
    await eventually(() => expect(broker.health().detail).toContain('did not answer within 300 ms'));
    proxy.limitAnswers(Number.POSITIVE_INFINITY, 'silence');
    await broker.running();
    await eventually(() => proxy.open() === 2);
  });

  it('notices a half-open connection by its missing confirms, and publishes over a new one', async () => {
    const broker = rig.newBroker({
      url: through(rig.vhost.amqpUrl, proxy),
      timings: { ...QUICK, confirmTimeoutMs: 300, openTimeoutMs: 300, connectTimeoutMs: 200 },
    });
    const relay = relayOn(rig, broker);
    await broker.running();
    proxy.set('silent');
    await addToOutbox(rig.pool, [placed()]);
    relay.kick();
    await eventually(() => expect(broker.health().detail).toMatch(/no confirm within 300 ms|did not answer|ETIMEDOUT/));
    expect(await rig.count('outbox')).toBe(1);
    proxy.set('pass');
    await eventually(async () => (await rig.count('outbox')) === 0);
    expect((await rig.takeAll(ORDER_EVENTS_QUEUE)).length).toBeGreaterThanOrEqual(1);
    // The old one is cut, although nobody answered its goodbye.
    await eventually(() => proxy.open() === 2);
  });

  it('closes at any moment: before, during and after the first connection', async () => {
    proxy.set('silent');
    await rig.newBroker({ url: through(rig.vhost.amqpUrl, proxy), timings: QUICK }).close();
    const hanging = rig.newBroker({ url: through(rig.vhost.amqpUrl, proxy), timings: QUICK });
    await eventually(() => proxy.accepted() >= 2);
    await hanging.close();
    const running = rig.newBroker();
    await running.running();
    await running.close();
    await expect(running.running()).rejects.toThrow('closed');
  });

  it('shares the topology with everybody who declares it', async () => {
    const first = rig.newBroker();
    const second = rig.newBroker({ service: 'other' });
    await Promise.all([first.running(), second.running()]);
    expect([first.health(), second.health()]).toEqual([{ status: 'ok' }, { status: 'ok' }]);
  });
});
