import type { QueueTopology } from '@agora/shared-events';
import type { Logger } from '@agora/telemetry';
import type { Pool } from 'pg';
import type { Broker } from '../broker/connect-broker.ts';
import type { Subscription } from './subscription.ts';

export type Consumer = { drain(): Promise<void> };

export type ConsumerOptions = {
  readonly broker: Broker;
  readonly pool: Pool;
  readonly queue: QueueTopology;
  readonly subscriptions: readonly Subscription[];
  readonly onCommit?: () => void;
  readonly logger: Logger;
};

export function startConsumer(_options: ConsumerOptions): Consumer {
  throw new Error('not yet');
}
