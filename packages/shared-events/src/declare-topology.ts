import type { Channel } from 'amqplib';
import { ORDER_EVENTS, type QueueTopology, RETRY_DELAYS_MS, retryQueueName, STOCK_EVENTS } from './topology.ts';

/**
 * Declares every exchange, queue and binding of the system. Idempotent; publisher and consumer both call it at start and after
 * each reconnect, on a channel of its own, because a queue that exists with other arguments closes the channel (406).
 * Rejects with the broker's error in that case. The caller closes the channel.
 */
export async function declareTopology(
  channel: Channel,
  retryDelaysMs: readonly number[] = RETRY_DELAYS_MS,
): Promise<void> {
  for (const topology of [ORDER_EVENTS, STOCK_EVENTS]) await declareQueue(channel, topology, retryDelaysMs);
}

// Order matters: a dead-letter exchange that does not exist yet costs a dead letter a 180 s wait in the broker.
async function declareQueue(
  channel: Channel,
  topology: QueueTopology,
  retryDelaysMs: readonly number[],
): Promise<void> {
  const { exchange, bindingKey, queue, deadLetterExchange, deadQueue } = topology;
  // Fanout: a dead letter keeps its routing key and can never miss the queue by key.
  await channel.assertExchange(deadLetterExchange, 'fanout', { durable: true });
  await channel.assertQueue(deadQueue, { durable: true, arguments: DEAD_QUEUE_ARGUMENTS });
  await channel.bindQueue(deadQueue, deadLetterExchange, '');
  await channel.assertQueue(queue, {
    durable: true,
    arguments: { ...WORK_QUEUE_ARGUMENTS, 'x-dead-letter-exchange': deadLetterExchange },
  });
  for (const delayMs of retryDelaysMs) {
    await channel.assertQueue(retryQueueName(queue, delayMs), {
      durable: true,
      arguments: retryQueueArguments(queue, delayMs),
    });
  }
  await channel.assertExchange(exchange, 'topic', { durable: true });
  await channel.bindQueue(queue, exchange, bindingKey);
}

const WORK_QUEUE_ARGUMENTS = {
  'x-queue-type': 'quorum',
  // Explicit and positive: without it 3.10 has no limit and 4.x has 20; -1 dead-letters at the first failure on 3.10.
  'x-delivery-limit': 20,
  'x-dead-letter-strategy': 'at-least-once',
  // at-least-once silently becomes at-most-once with the default overflow, drop-head.
  'x-overflow': 'reject-publish',
};

// Looking at a dead letter requeues it; at 4.x's default limit of 20 the 21st look would destroy it.
const DEAD_QUEUE_ARGUMENTS = { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 };

function retryQueueArguments(queue: string, delayMs: number): Record<string, unknown> {
  return {
    'x-queue-type': 'quorum',
    'x-message-ttl': delayMs,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': queue,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  };
}
