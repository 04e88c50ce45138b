import { ORDER_EVENTS, ORDER_EVENTS_DEAD_QUEUE, OrderPlaced } from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import type { GetMessage } from 'amqplib';
import { expect } from 'vitest';
import {
  type Broker,
  type Consumer,
  type ConsumerOptions,
  type FreshEvent,
  onBatch,
  startConsumer,
  type Tx,
} from '../../src/index.ts';
import type { Rig } from './rig.ts';

/** A consumer of `order_events` that writes an effect per event, unless the options say otherwise. Drained with the rig. */
export function consumerOn(rig: Rig, broker: Broker, options: Partial<ConsumerOptions> = {}): Consumer {
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
export async function writeEffects(events: readonly FreshEvent[], tx: Tx): Promise<void> {
  await tx.query('INSERT INTO effects (event_id, subject) SELECT * FROM unnest($1::uuid[], $2::text[])', [
    events.map(({ id }) => id),
    events.map(({ subject }) => subject),
  ]);
}

/** Ids of the events that had an effect, in the order they had it, as often as they had it. */
export async function effects(rig: Rig): Promise<string[]> {
  const { rows } = await rig.pool.query<{ event_id: string }>('SELECT event_id FROM effects ORDER BY position');
  return rows.map(({ event_id }) => event_id);
}

/** Waits for exactly so many dead letters of `order_events`, and takes them. */
export async function deadLetters(rig: Rig, count: number): Promise<GetMessage[]> {
  const found: GetMessage[] = [];
  await settles(async () => {
    found.push(...(await rig.takeAll(ORDER_EVENTS_DEAD_QUEUE)));
    expect(found).toHaveLength(count);
  });
  return found;
}

export async function settles(check: () => void | Promise<void>): Promise<void> {
  await eventually(check, { timeoutMs: 15_000 });
}
