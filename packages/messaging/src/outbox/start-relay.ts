import type { EventContract } from '@agora/shared-events';
import type { Logger } from '@agora/telemetry';
import type { Pool, PoolClient } from 'pg';
import { ConfirmedPublisher } from '../broker/confirmed-publisher.ts';
import type { Broker } from '../broker/connect-broker.ts';
import { problemText } from '../broker/connection-problem.ts';
import { backoffMs, pause } from '../broker/pause.ts';
import { withDeadline } from '../deadline.ts';
import { WakeUp } from '../wake-up.ts';
import { anyDue } from './outbox-rows.ts';
import { type RelayBatch, relayBatch } from './relay-batch.ts';
import { takeRelayClient } from './relay-client.ts';

export type Relay = {
  /** Say after a commit that the outbox has something new; else it is seen within a second. */
  kick(): void;
  /** Finishes the batch it is at and stops. Call before the pool is ended and the broker closed. */
  drain(): Promise<void>;
};

export type RelayOptions = {
  readonly broker: Broker;
  /** One connection is taken from it for as long as the relay runs. */
  readonly pool: Pool;
  /** Every contract whose events this service writes into its outbox. */
  readonly contracts: readonly EventContract[];
  /** The queues these events have to reach. One that is missing makes the broker connection `degraded`. */
  readonly reaches: readonly string[];
  readonly logger: Logger;
};

const FIRST_POLL_MS = 250;
const IDLE_POLL_MS = 1_000;
/** Claim, confirms and delete together. Past it, the server ends the transaction as well. */
const BATCH_DEADLINE_MS = 30_000;

/**
 * Publishes what is in the outbox, oldest first, and deletes what the broker has confirmed. At least once: a crash between the
 * two publishes again, under the same id. Any number of relays may work on one outbox; events of one aggregate keep their order.
 */
export function startRelay({ broker, pool, contracts, reaches, logger }: RelayOptions): Relay {
  const { publishing, timings, report } = broker.internals;
  const publisher = new ConfirmedPublisher(publishing, timings.confirmTimeoutMs, reaches);
  const contractOf = new Map(contracts.map((contract) => [contract.type, contract]));
  const wakeUp = new WakeUp();
  const stopping = new AbortController();
  let setAside = 0;
  let databaseFailures = 0;

  const settled = (batch: RelayBatch): void => {
    setAside += batch.setAside.length;
    for (const { row, detail } of batch.setAside) {
      logger.error({ eventId: row.id, eventType: row.type, detail }, 'event set aside in outbox_failed');
    }
    if (setAside > 0) report('outbox', `${setAside} events set aside in outbox_failed since start`);
    const [first] = batch.postponed;
    report('relay', first === undefined ? undefined : `events wait for another try: ${first.detail}`);
    if (first !== undefined) {
      logger.warn({ events: batch.postponed.length, eventId: first.row.id, detail: first.detail }, 'events postponed');
    }
  };

  /** Works until the connection to the database is lost or the relay is stopped. */
  const work = async (client: PoolClient): Promise<void> => {
    let pollMs = FIRST_POLL_MS;
    let oneByOne = false;
    let isDue = true;
    while (!stopping.signal.aborted) {
      // No look at the database while nothing could be published anyway.
      await publisher.ready(stopping.signal);
      if (stopping.signal.aborted) break;
      isDue ||= await withDeadline(anyDue(client), BATCH_DEADLINE_MS);
      databaseFailures = 0;
      report('outbox database', undefined);
      if (isDue) {
        const batch: RelayBatch = await withDeadline(
          relayBatch({ client, publisher, contracts: contractOf, oneByOne }),
          BATCH_DEADLINE_MS,
        );
        settled(batch);
        oneByOne = batch.culpritHidden;
        if (batch.unroutable) await publishing.redeclare();
        isDue = false;
        if (batch.published > 0 || batch.culpritHidden || batch.undecided) {
          pollMs = FIRST_POLL_MS;
          // Successors of what went out just now may be due.
          if (batch.claimed > 0) continue;
        }
      }
      isDue = await wakeUp.wait(pollMs * (0.95 + Math.random() * 0.1));
      pollMs = isDue ? FIRST_POLL_MS : Math.min(IDLE_POLL_MS, pollMs * 2);
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let client: PoolClient | undefined;
      try {
        client = await takeRelayClient(pool, () => {});
        await work(client);
      } catch (error) {
        report('outbox database', problemText(error));
        logger.warn({ err: error }, 'relay lost its database connection');
        await pause(backoffMs(databaseFailures, 100, 5_000), stopping.signal);
        databaseFailures += 1;
      } finally {
        // Destroyed, not given back: it carries the relay's settings, and perhaps an open transaction.
        client?.release(true);
      }
    }
  };

  const running = run();
  return {
    kick: () => wakeUp.call(),
    drain: async () => {
      stopping.abort();
      wakeUp.call();
      await running;
    },
  };
}
