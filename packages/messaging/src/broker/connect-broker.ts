import { declareTopology, RETRY_DELAYS_MS } from '@agora/shared-events';
import type { Logger } from '@agora/telemetry';
import type { Channel } from 'amqplib';
import { SupervisedConnection } from './supervised-connection.ts';
import { BROKER_TIMINGS, type BrokerTimings } from './timings.ts';

export type BrokerHealth = { readonly status: 'ok' | 'degraded'; readonly detail?: string };

export type Broker = {
  /** `degraded` names what is wrong. Never down: events wait in the outbox meanwhile. */
  health(): BrokerHealth;
  /** Resolves when both connections are up and the topology is declared. */
  running(): Promise<void>;
  /** Closes both connections within a few seconds. Drain relay and consumer first. */
  close(): Promise<void>;
  /** For relay and consumer, not for services. */
  readonly internals: BrokerInternals;
};

export type BrokerInternals = {
  readonly publishing: SupervisedConnection;
  readonly consuming: SupervisedConnection;
  readonly retryDelaysMs: readonly number[];
  readonly timings: BrokerTimings;
  /** Adds a sentence to the health report, or takes it away again. */
  report(part: string, problem: string | undefined): void;
};

export type BrokerOptions = {
  readonly url: string;
  /** Names the two connections in the broker's management page. */
  readonly service: string;
  /** The steps of the retry ladder; publisher and consumer have to agree. */
  readonly retryDelaysMs?: readonly number[];
  readonly timings?: Partial<BrokerTimings>;
  readonly logger: Logger;
};

/**
 * Returns at once and never throws for an absent broker: it keeps connecting, and `health()` says so. Two connections, because
 * a broker in distress stops reading from those that publish, and acks must still get through. Each new session declares the
 * whole topology. The caller closes it.
 */
export function connectBroker({
  url,
  service,
  retryDelaysMs = RETRY_DELAYS_MS,
  timings,
  logger,
}: BrokerOptions): Broker {
  const declare = (channel: Channel): Promise<void> => declareTopology(channel, retryDelaysMs);
  const allTimings = { ...BROKER_TIMINGS, ...timings };
  const supervise = (purpose: string): SupervisedConnection =>
    new SupervisedConnection({ url, name: `${service}:${purpose}`, declare, timings: allTimings, logger });
  const publishing = supervise('publish');
  const consuming = supervise('consume');
  const problems = new Map<string, string>();

  return {
    health: () => {
      const all = new Map(problems);
      for (const [name, connection] of Object.entries({ publishing, consuming })) {
        const problem = connection.problem();
        if (problem !== undefined) all.set(name, problem);
      }
      if (all.size === 0) return { status: 'ok' };
      return { status: 'degraded', detail: [...all].map(([part, problem]) => `${part}: ${problem}`).join('; ') };
    },
    running: async () => {
      await Promise.all([publishing.running(), consuming.running()]);
    },
    close: async () => {
      await Promise.all([publishing.close(), consuming.close()]);
    },
    internals: {
      publishing,
      consuming,
      retryDelaysMs,
      timings: allTimings,
      report: (part, problem) => {
        if (problem === undefined) problems.delete(part);
        else problems.set(part, problem);
      },
    },
  };
}
