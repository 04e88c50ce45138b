import type { Pool } from 'pg';

/** A health probe: whether the database answers. A busy database that has not answered within a second counts as down. */
export function databaseHealth(pool: Pool): () => Promise<{ status: 'ok' | 'down'; detail?: string }> {
  return async () => {
    try {
      await pool.query({ text: 'SELECT 1', query_timeout: 1_000 });
      return { status: 'ok' };
    } catch (error) {
      // The code alone: the message can hold the address and the role.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
      return { status: 'down', detail: code };
    }
  };
}
