import { setTimeout as wait } from 'node:timers/promises';

/** Waits, but not beyond `signal`: it resolves early then, and the caller looks at the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Full jitter: a random wait below `firstMs` doubled `attempt` times, so that many clients do not come back in step. */
export function backoffMs(attempt: number, firstMs: number, capMs: number): number {
  return Math.ceil(Math.random() * Math.min(capMs, firstMs * 2 ** Math.min(attempt, 30)));
}
