import type { Arrived, BatchProcessor, Verdict } from '../batch.ts';
import { DatabaseUnavailable } from '../database-failure.ts';

/** Halves a batch that fails until its culprits are alone: they `failed`, everything else is done. In order throughout. */
export function bisected(process: BatchProcessor): BatchProcessor {
  return async function bisect(arrived: readonly Arrived[]): Promise<readonly Verdict[]> {
    try {
      return await process(arrived);
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error;
      if (arrived.length <= 1) return arrived.map(() => ({ kind: 'failed', error }));
      const middle = arrived.length >> 1;
      const first = await bisect(arrived.slice(0, middle));
      const second = await bisect(arrived.slice(middle));
      return [...first, ...second];
    }
  };
}
