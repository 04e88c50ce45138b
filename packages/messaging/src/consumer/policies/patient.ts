import { backoffMs, pause } from '../../broker/pause.ts';
import type { BatchProcessor } from '../batch.ts';
import { DatabaseUnavailable } from '../database-failure.ts';

export type Patience = {
  /** Failures in a row after which the caller has to pause consuming. */
  readonly tries: number;
  /** The same, when each failure took a whole deadline. */
  readonly timeoutTries: number;
  readonly firstMs: number;
  readonly capMs: number;
};

/**
 * Sits out a short absence of the database with the messages in hand: giving them back would count as a delivery each time,
 * and the broker allows twenty. Throws DatabaseUnavailable when it lasts, or when `signal` aborts.
 */
export function patient(process: BatchProcessor, patience: Patience, signal: AbortSignal): BatchProcessor {
  return async (arrived) => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await process(arrived);
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable) || signal.aborted) throw error;
        if (failures >= (error.isTimeout ? patience.timeoutTries : patience.tries)) throw error;
        await pause(backoffMs(failures, patience.firstMs, patience.capMs), signal);
        if (signal.aborted) throw error;
      }
    }
  };
}
