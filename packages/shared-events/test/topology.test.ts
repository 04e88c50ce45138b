import { createTestVhost, type TestVhost } from '@agora/tests/broker';
import { eventually } from '@agora/tests/eventually';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { declareTopology, ORDER_EVENTS, RETRY_DELAYS_MS, retryQueueName, STOCK_EVENTS } from '../src/index.ts';

let vhost: TestVhost;
let connections: ChannelModel[];

/** As another process would: a connection and a channel of its own. */
async function declarer(): Promise<Channel> {
  const connection = await connect(vhost.amqpUrl, { noDelay: true });
  connections.push(connection);
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  return channel;
}

beforeEach(async () => {
  vhost = await createTestVhost();
  connections = [];
});
afterEach(async () => {
  for (const connection of connections) await connection.close();
  await vhost.close();
});

type Queue = { name: string; type: string; durable: boolean; arguments: Record<string, unknown> };

describe('topology', () => {
  it('is declared alike by publisher and consumer, at once and again', async () => {
    const [publisher, consumer] = [await declarer(), await declarer()];
    await Promise.all([declareTopology(publisher), declareTopology(consumer)]);
    await declareTopology(publisher);
    await declareTopology(consumer);
    const queues = await vhost.management<Queue[]>('GET', `queues/${vhost.vhost}`);
    expect(queues).toHaveLength(2 * (2 + RETRY_DELAYS_MS.length));
    expect(queues.every(({ type, durable }) => type === 'quorum' && durable)).toBe(true);
  });

  it.each([ORDER_EVENTS, STOCK_EVENTS])('gives $queue the arguments that can never be changed', async (topology) => {
    await declareTopology(await declarer());
    const argumentsOf = async (queue: string) =>
      (await vhost.management<Queue>('GET', `queues/${vhost.vhost}/${queue}`)).arguments;
    expect(await argumentsOf(topology.queue)).toEqual({
      'x-queue-type': 'quorum',
      'x-delivery-limit': 20,
      'x-dead-letter-exchange': topology.deadLetterExchange,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    });
    expect(await argumentsOf(topology.deadQueue)).toEqual({ 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 });
    for (const delayMs of RETRY_DELAYS_MS) {
      expect(await argumentsOf(retryQueueName(topology.queue, delayMs))).toEqual({
        'x-queue-type': 'quorum',
        'x-message-ttl': delayMs,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': topology.queue,
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      });
    }
  });

  it.each([
    [ORDER_EVENTS, 'order.placed'],
    [STOCK_EVENTS, 'stock.reserved'],
  ])('carries what is rejected without requeue from $queue to its dead letters', async (topology, routingKey) => {
    const channel = await declarer();
    await declareTopology(channel);
    channel.publish(topology.exchange, routingKey, Buffer.from('hopeless'), { persistent: true });
    const message = await eventually(() => channel.get(topology.queue));
    channel.reject(message, false);
    const dead = await eventually(() => channel.get(topology.deadQueue));
    expect(String(dead.content)).toBe('hopeless');
    expect(dead.fields.routingKey).toBe(routingKey);
    expect(dead.properties.headers?.['x-death']?.[0]).toMatchObject({ reason: 'rejected', queue: topology.queue });
  });

  it('keeps a dead letter however often somebody looks at it', async () => {
    const channel = await declarer();
    await declareTopology(channel);
    channel.sendToQueue(ORDER_EVENTS.deadQueue, Buffer.from('look at me'), { persistent: true });
    for (let looks = 0; looks < 30; looks += 1) {
      const message = await eventually(() => channel.get(ORDER_EVENTS.deadQueue));
      channel.nack(message, false, true);
    }
    expect(await eventually(() => channel.get(ORDER_EVENTS.deadQueue))).toBeTruthy();
  });

  it('brings a message back from a retry queue to its work queue', async () => {
    const channel = await declarer();
    await declareTopology(channel, [30]);
    channel.sendToQueue(retryQueueName(STOCK_EVENTS.queue, 30), Buffer.from('again'), { persistent: true });
    const message = await eventually(() => channel.get(STOCK_EVENTS.queue));
    expect(String(message.content)).toBe('again');
  });

  it('is refused, argument by name, where a queue exists with others', async () => {
    const channel = await declarer();
    await channel.assertQueue(ORDER_EVENTS.queue, { durable: true });
    await expect(declareTopology(channel)).rejects.toMatchObject({
      code: 406,
      message: expect.stringMatching(/inequivalent arg '[a-z-]+' for queue 'order_events'/),
    });
  });
});
