import type { QueueTopology } from '@agora/shared-events';
import type { Logger } from '@agora/telemetry';
import type { ConfirmedPublisher } from '../broker/confirmed-publisher.ts';
import type { BrokerInternals } from '../broker/connect-broker.ts';
import type { BatchProcessor } from './batch.ts';
import type { Patience } from './policies/patient.ts';
import type { Subscription } from './subscription.ts';

/** What the sessions of one consumer have in common. */
export type ConsumerContext = {
  readonly queue: QueueTopology;
  readonly subscriptions: readonly Subscription[];
  readonly process: BatchProcessor;
  /** Whether the database can be written to. */
  readonly probe: () => Promise<boolean>;
  readonly patience: Patience;
  readonly publisher: ConfirmedPublisher;
  readonly internals: BrokerInternals;
  readonly logger: Logger;
};
