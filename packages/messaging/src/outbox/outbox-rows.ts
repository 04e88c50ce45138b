import type { ClientBase } from 'pg';

export type OutboxRow = {
  readonly seq: string;
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly attempts: number;
  readonly created_seconds: number;
};

export type RowFailure = { readonly row: OutboxRow; readonly detail: string };

/**
 * Locks the next events to publish; the locks are the lease, so a relay that dies gives them back. At most one event per
 * aggregate, its oldest: SKIP LOCKED alone would let another relay overtake. Call inside a transaction.
 */
export async function claimRows(client: ClientBase, limit: number): Promise<OutboxRow[]> {
  const { rows } = await client.query<OutboxRow>({ name: 'agora_outbox_claim', text: CLAIM, values: [limit] });
  return rows;
}

// The inner query looks at all rows, not only at due ones: an event that waits for its next attempt holds up its successors.
const CLAIM = `
  SELECT seq, id, type, envelope::text AS body, headers, attempts, extract(epoch FROM created_at)::int AS created_seconds
    FROM outbox o
   WHERE available_at <= now()
     AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.aggregate_id = o.aggregate_id AND p.seq < o.seq)
   ORDER BY seq
   LIMIT $1
     FOR UPDATE SKIP LOCKED`;

/** Whether anything is due. One cheap statement, for a relay with nothing to do. */
export async function anyDue(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ due: boolean }>({
    name: 'agora_outbox_due',
    text: 'SELECT EXISTS (SELECT 1 FROM outbox WHERE available_at <= now()) AS due',
  });
  return rows[0]?.due === true;
}

export async function deleteRows(client: ClientBase, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query({
    name: 'agora_outbox_delete',
    text: 'DELETE FROM outbox WHERE seq = ANY($1::bigint[])',
    values: [rows.map(({ seq }) => seq)],
  });
}

/** Counts a failed attempt and lets the row wait: 0.5 s doubled each time, 30 s at most. */
export async function postponeRows(client: ClientBase, failures: readonly RowFailure[]): Promise<void> {
  if (failures.length === 0) return;
  await client.query(
    `UPDATE outbox o
        SET attempts = o.attempts + 1, last_error = f.detail,
            available_at = now() + least(interval '30 s', interval '0.5 s' * power(2, least(o.attempts, 10)))
       FROM unnest($1::bigint[], $2::text[]) AS f (seq, detail)
      WHERE o.seq = f.seq`,
    [failures.map(({ row }) => row.seq), failures.map(({ detail }) => detail)],
  );
}

/** Sets rows aside that will never be published, so that their aggregates' later events can go out. */
export async function setRowsAside(client: ClientBase, failures: readonly RowFailure[]): Promise<void> {
  if (failures.length === 0) return;
  await client.query(
    `WITH gone AS (DELETE FROM outbox WHERE seq = ANY($1::bigint[]) RETURNING *)
     INSERT INTO outbox_failed (seq, id, aggregate_id, aggregate_version, type, envelope, headers, attempts, last_error, created_at)
     SELECT g.seq, g.id, g.aggregate_id, g.aggregate_version, g.type, g.envelope, g.headers, g.attempts + 1, f.detail, g.created_at
       FROM gone g JOIN unnest($1::bigint[], $2::text[]) AS f (seq, detail) ON f.seq = g.seq`,
    [failures.map(({ row }) => row.seq), failures.map(({ detail }) => detail)],
  );
}
