import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';

/** A health probe: whether the database answers. One that has not answered within a second counts as down. */
export function databaseHealth(pool: Pool): () => Promise<{ status: 'ok' | 'down'; detail?: string }> {
  return async () => {
    const answered = new AbortController();
    const late = delay(1_000, 'late' as const, { signal: answered.signal, ref: false });
    try {
      const first = await Promise.race([pool.query('SELECT 1'), late]);
      return first === 'late' ? { status: 'down', detail: 'no answer within 1 s' } : { status: 'ok' };
    } catch (error) {
      // The code alone: the message can hold the address and the role.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
      return { status: 'down', detail: code };
    } finally {
      late.catch(() => {});
      answered.abort();
    }
  };
}
