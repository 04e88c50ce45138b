import type { Pool, PoolClient } from 'pg';
import { withDeadline } from '../../deadline.ts';
import type { Tx } from '../../transaction.ts';
import { type Arrived, type BatchProcessor, DONE, type Verdict } from '../batch.ts';
import { DatabaseUnavailable, isDatabaseUnavailable } from '../database-failure.ts';
import { preparedTx } from '../prepared-tx.ts';

export type OnceOptions = {
  readonly pool: Pool;
  /** Whose inbox: the queue's name. */
  readonly consumer: string;
  /** For one transaction, handlers included. */
  readonly deadlineMs: number;
  readonly onCommit: () => void;
};

/**
 * Runs `handle` with the events this database has not seen yet, in the transaction that also marks them as seen: both or
 * neither. Throws DatabaseUnavailable for trouble that is no message's fault, and what `handle` throws.
 */
export function once(
  { pool, consumer, deadlineMs, onCommit }: OnceOptions,
  handle: (fresh: readonly Arrived[], tx: Tx) => Promise<readonly Verdict[]>,
): BatchProcessor {
  return async (arrived) => {
    const client = await connect(pool);
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => {});
    // A listener, or a lost connection ends the process; a race, or a handler that waits for it would hang.
    const onLost = (error: Error): void => lost.reject(new DatabaseUnavailable(error));
    client.on('error', onLost);
    let isIntact = false;
    try {
      const work = Promise.race([inTransaction(client, consumer, arrived, handle), lost.promise]);
      const verdicts = await withDeadline(work, deadlineMs);
      isIntact = true;
      onCommit();
      return verdicts;
    } catch (error) {
      throw isDatabaseUnavailable(error) && !(error instanceof DatabaseUnavailable)
        ? new DatabaseUnavailable(error)
        : error;
    } finally {
      client.off('error', onLost);
      // After a failure the connection may be gone or inside a transaction that failed; a new one costs 2 ms.
      client.release(!isIntact);
    }
  };
}

async function inTransaction(
  client: PoolClient,
  consumer: string,
  arrived: readonly Arrived[],
  handle: (fresh: readonly Arrived[], tx: Tx) => Promise<readonly Verdict[]>,
): Promise<readonly Verdict[]> {
  const tx = preparedTx(client);
  await client.query("BEGIN; SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '5s'");
  // Sorted, or two consumers with the same messages in another order deadlock.
  const ids = arrived.map(({ event }) => event.id).sort();
  const { rows } = await tx.query<{ message_id: string }>(MARK_SEEN, [consumer, ids]);
  const unseen = new Set(rows.map(({ message_id }) => message_id));
  const fresh = arrived.filter(({ event }) => unseen.has(event.id));
  const verdicts = fresh.length === 0 ? [] : await handle(fresh, tx);
  const verdictOf = new Map(fresh.map(({ event }, index) => [event.id, verdicts[index] ?? DONE]));
  // A refused event had no effect, so a replay of its dead letter must not be taken for a duplicate.
  const refused = [...verdictOf].filter(([, { kind }]) => kind !== 'done').map(([id]) => id);
  if (refused.length > 0) await tx.query(FORGET, [consumer, refused]);
  await client.query('COMMIT');
  return arrived.map(({ event }) => verdictOf.get(event.id) ?? DONE);
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw new DatabaseUnavailable(error);
  }
}

const MARK_SEEN = `
  INSERT INTO inbox (consumer, message_id)
  SELECT $1, id FROM unnest($2::uuid[]) AS id
  ON CONFLICT DO NOTHING
  RETURNING message_id`;

const FORGET = 'DELETE FROM inbox WHERE consumer = $1 AND message_id = ANY($2::uuid[])';
