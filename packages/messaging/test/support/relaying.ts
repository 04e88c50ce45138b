import { type EventContract, ORDER_EVENTS_QUEUE, OrderPlaced } from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import type pg from 'pg';
import { type Broker, type Relay, startRelay } from '../../src/index.ts';
import type { Rig } from './rig.ts';

/** A relay for `OrderPlaced`, drained with the rig. */
export function relayOn(
  rig: Rig,
  broker: Broker,
  { pool = rig.pool, contracts = [OrderPlaced] }: { pool?: pg.Pool; contracts?: readonly EventContract[] } = {},
): Relay {
  const relay = startRelay({ broker, pool, contracts, reaches: [ORDER_EVENTS_QUEUE], logger: rig.log.logger });
  rig.after(() => relay.drain());
  return relay;
}

export async function outboxIsEmpty(rig: Rig): Promise<void> {
  await eventually(async () => (await rig.count('outbox')) === 0, { timeoutMs: 15_000 });
}

/** Takes what was published and answers its ids. */
export async function published(rig: Rig): Promise<string[]> {
  const messages = await rig.takeAll(ORDER_EVENTS_QUEUE);
  return messages.map(({ properties }) => String(properties.messageId));
}
