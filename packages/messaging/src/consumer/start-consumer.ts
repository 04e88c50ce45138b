import type { QueueTopology } from '@agora/shared-events';
import type { Logger } from '@agora/telemetry';
import type { Pool } from 'pg';
import { ConfirmedPublisher } from '../broker/confirmed-publisher.ts';
import type { Broker } from '../broker/connect-broker.ts';
import { ConsumeSession } from './consume-session.ts';
import type { ConsumerContext } from './consumer-context.ts';
import { dispatch } from './dispatch.ts';
import { bisected } from './policies/bisected.ts';
import { once } from './policies/once.ts';
import type { Patience } from './policies/patient.ts';
import { retryingConflicts } from './policies/retrying-conflicts.ts';
import { probeDatabase } from './probe-database.ts';
import type { Subscription } from './subscription.ts';

export type Consumer = {
  /** Finishes the batch it is at, gives the rest back, stops. Call before the pool is ended and the broker closed. */
  drain(): Promise<void>;
};

export type ConsumerOptions = {
  readonly broker: Broker;
  readonly pool: Pool;
  /** Its name is also the consumer's name in the inbox. */
  readonly queue: QueueTopology;
  readonly subscriptions: readonly Subscription[];
  /** Called after each committed batch: the place to kick the relay. */
  readonly onCommit?: () => void;
  /** For one batch in the database. Tests shorten it. */
  readonly batchDeadlineMs?: number;
  readonly logger: Logger;
};

const BATCH_DEADLINE_MS = 30_000;
const PATIENCE: Patience = { tries: 5, timeoutTries: 2, firstMs: 100, capMs: 2_000 };

/**
 * Consumes a queue, whenever the broker is there. Each event takes effect at most once, in one transaction with its mark in the
 * inbox; a message is acknowledged after that, or after its copy on the retry ladder or among the dead letters is confirmed.
 */
export function startConsumer({
  broker,
  pool,
  queue,
  subscriptions,
  onCommit = () => {},
  batchDeadlineMs = BATCH_DEADLINE_MS,
  logger,
}: ConsumerOptions): Consumer {
  const { internals } = broker;
  const context: ConsumerContext = {
    queue,
    subscriptions,
    process: bisected(
      retryingConflicts(once({ pool, consumer: queue.queue, deadlineMs: batchDeadlineMs, onCommit }, dispatch)),
    ),
    probe: () => probeDatabase(pool, queue.queue),
    patience: PATIENCE,
    // A channel of its own: a relay whose channel is closed over a bad event must not hold up dead letters.
    publisher: new ConfirmedPublisher(internals.publishing, internals.timings.confirmTimeoutMs),
    internals,
    logger,
  };
  const sessions = new Set<ConsumeSession>();
  let isDraining = false;

  internals.consuming.use(async (session) => {
    if (isDraining) return;
    const consuming = await ConsumeSession.open(session, context);
    sessions.add(consuming);
    void consuming.finished.then(() => sessions.delete(consuming));
    if (isDraining) await consuming.drain();
  });

  return {
    drain: async () => {
      isDraining = true;
      await Promise.all([...sessions].map((consuming) => consuming.drain()));
    },
  };
}
