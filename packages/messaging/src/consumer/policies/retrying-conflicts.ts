import type { BatchProcessor } from '../batch.ts';
import { isConflict } from '../database-failure.ts';

const TRIES = 3;

/** Tries again at once when another transaction was in the way. That is nobody's failure and is not counted as one. */
export function retryingConflicts(process: BatchProcessor): BatchProcessor {
  return async (arrived) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await process(arrived);
      } catch (error) {
        if (!isConflict(error) || attempt >= TRIES) throw error;
      }
    }
  };
}
