import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  declareTopology,
  ORDER_EVENTS_DEAD_QUEUE,
  ORDER_EVENTS_QUEUE,
  ORDERS_EXCHANGE,
  RETRY_DELAYS_MS,
  retryQueueName,
  STOCK_EVENTS_DEAD_QUEUE,
} from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import { type ChannelModel, connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningRabbitmq, startRabbitmq } from '../tools/agora/src/parts/rabbitmq.ts';
import { BROKER_VHOST, brokerDefinitions } from '../tools/agora/src/secrets/broker-definitions.ts';
import { ensureSecrets, type Secrets } from '../tools/agora/src/secrets/ensure-secrets.ts';
import { writeDerivedFile } from '../tools/agora/src/secrets/secret-file.ts';
import { type BrokerUser, brokerUser, USES_BROKER } from '../tools/agora/src/secrets/service-table.ts';

// A broker of its own: users belong to the whole broker, not to a vhost.
const directory = mkdtempSync(join(tmpdir(), 'agora-permissions-'));
let broker: RunningRabbitmq;
let secrets: Secrets;

beforeAll(async () => {
  secrets = ensureSecrets(join(directory, 'secrets'));
  const definitionsFile = join(directory, 'definitions.json');
  writeDerivedFile(definitionsFile, brokerDefinitions(secrets, { name: 'guest', password: 'guest' }));
  const dataDirectory = join(directory, 'data');
  broker = await startRabbitmq({ dataDirectory, definitionsFile, logFile: join(directory, 'rabbitmq.log') });
  await eventually(async () => (await ask('GET', 'whoami')).ok, { timeoutMs: 30_000, everyMs: 200 });
});
afterAll(async () => {
  await broker?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function ask(method: string, path: string, { login = 'guest:guest', body }: { login?: string; body?: object } = {}) {
  return fetch(`${broker.managementUrl}/api/${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function as<T>(user: BrokerUser, work: (connection: ChannelModel) => Promise<T>): Promise<T> {
  const url = `amqp://${user}:${secrets.brokerPasswords[user]}@127.0.0.1:${broker.port}/${BROKER_VHOST}`;
  const connection = await connect(url);
  connection.on('error', () => {});
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** What the broker answers to one action on a channel of its own: its refusals close the channel. */
async function attempt(connection: ChannelModel, action: (channel: Channel) => Promise<unknown>): Promise<string> {
  const channel = await connection.createConfirmChannel();
  let refusal = '';
  channel.on('error', (error: Error) => {
    refusal = error.message;
  });
  try {
    await action(channel);
    await channel.waitForConfirms();
    await channel.close();
    return 'done';
  } catch (error) {
    return refusal || String(error);
  }
}
type Channel = Awaited<ReturnType<ChannelModel['createConfirmChannel']>>;

describe.each(USES_BROKER.flatMap(brokerUser))('the service’s user %s', (user) => {
  it('declares the whole topology, publishes, and republishes to a retry queue', async () => {
    await as(user, async (connection) => {
      expect(await attempt(connection, (channel) => declareTopology(channel))).toBe('done');
      const publish = (exchange: string, key: string) =>
        attempt(connection, async (channel) => channel.publish(exchange, key, Buffer.from('{}')));
      expect(await publish(ORDERS_EXCHANGE, 'order.placed')).toBe('done');
      expect(await publish('', retryQueueName(ORDER_EVENTS_QUEUE, RETRY_DELAYS_MS[0] ?? 0))).toBe('done');
      expect(await attempt(connection, (channel) => channel.get(ORDER_EVENTS_QUEUE))).toBe('done');
    });
  });

  it('touches nothing else', async () => {
    await as(user, async (connection) => {
      expect(await attempt(connection, (channel) => channel.assertQueue('mine'))).toMatch(/ACCESS_REFUSED/);
      expect(await attempt(connection, (channel) => channel.assertExchange('orders2', 'topic'))).toMatch(
        /ACCESS_REFUSED/,
      );
      const toAmqTopic = async (channel: Channel) => channel.publish('amq.topic', 'x', Buffer.from('{}'));
      expect(await attempt(connection, toAmqTopic)).toMatch(/ACCESS_REFUSED/);
    });
  });

  it('has no other vhost, no other password, and no page', async () => {
    const at = `127.0.0.1:${broker.port}`;
    await expect(connect(`amqp://${user}:${secrets.brokerPasswords[user]}@${at}/%2f`)).rejects.toThrow(
      /ConnectionClose/,
    );
    await expect(connect(`amqp://${user}:guest@${at}/${BROKER_VHOST}`)).rejects.toThrow(/ACCESS[-_]REFUSED|403/);
    expect((await ask('GET', 'overview', { login: `${user}:${secrets.brokerPasswords[user]}` })).status).toBe(401);
  });
});

describe('guest, who looks at dead letters', () => {
  const look = (queue: string) =>
    ask('POST', `queues/${BROKER_VHOST}/${queue}/get`, {
      body: { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' },
    });

  it('reads the dead-letter queues on the page', async () => {
    await as('order', (connection) => attempt(connection, (channel) => declareTopology(channel)));
    await as('order', (connection) =>
      attempt(connection, async (channel) =>
        channel.sendToQueue(ORDER_EVENTS_DEAD_QUEUE, Buffer.from('a dead letter')),
      ),
    );
    const answer = await look(ORDER_EVENTS_DEAD_QUEUE);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject([{ payload: 'a dead letter' }]);
    expect((await look(STOCK_EVENTS_DEAD_QUEUE)).status).toBe(200);
  });

  it('reads no work queue', async () => {
    expect(await (await look(ORDER_EVENTS_QUEUE)).text()).toMatch(/ACCESS_REFUSED|not_authori[sz]ed/);
  });

  it.each([
    ['publish', 'POST', `exchanges/${BROKER_VHOST}/amq.default/publish`],
    ['purge a work queue', 'DELETE', `queues/${BROKER_VHOST}/${ORDER_EVENTS_QUEUE}/contents`],
    ['delete a queue', 'DELETE', `queues/${BROKER_VHOST}/${ORDER_EVENTS_DEAD_QUEUE}`],
    ['make a queue', 'PUT', `queues/${BROKER_VHOST}/mine`],
    ['make a user', 'PUT', 'users/mallory'],
    ['read the definitions', 'GET', 'definitions'],
    ['change permissions', 'PUT', `permissions/${BROKER_VHOST}/guest`],
  ])('cannot %s', async (_what, method, path) => {
    const everything = { password: 'x', tags: 'administrator', configure: '.*', write: '.*', read: '.*' };
    const message = { properties: {}, routing_key: ORDER_EVENTS_QUEUE, payload: 'x', payload_encoding: 'string' };
    const answer = await ask(method, path, method === 'GET' ? {} : { body: { ...everything, ...message } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
});
