import { type CloudEvent, type EventContract, type NewEvent, newEvent } from '@agora/shared-events';
import { currentRequestContext } from '@agora/telemetry';
import type { FreshEvent } from '../consumer/subscription.ts';
import type { Tx } from '../transaction.ts';

/** An event ready to be stored beside the change it tells of. */
export type OutboxEvent = { readonly envelope: CloudEvent; readonly headers: Readonly<Record<string, string>> };

/**
 * Builds an event for the outbox, checked against its contract (throws an Error naming every problem). Request id and trace
 * context come from `cause` when an event caused it, else from the current request: the relay publishes outside of both.
 */
export function outboxEvent<Contract extends EventContract>(
  contract: Contract,
  { cause, ...event }: NewEvent<Contract> & { readonly cause?: FreshEvent },
): OutboxEvent {
  const context = cause === undefined ? currentRequestContext() : cause.headers;
  const correlationId = event.correlationId ?? cause?.correlationId ?? context?.requestId;
  const causationId = event.causationId ?? cause?.id;
  const envelope = newEvent(contract, {
    ...event,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(causationId === undefined ? {} : { causationId }),
  });
  const headers: Record<string, string> = {};
  if (context?.requestId !== undefined) headers['x-request-id'] = context.requestId;
  if (context?.traceparent !== undefined) headers.traceparent = context.traceparent;
  return { envelope, headers };
}

/** The columns `outboxValues` fills, for a service that writes its rows and the event in one statement (`VALUES`, not `SELECT`). */
export const OUTBOX_COLUMNS = 'id, aggregate_id, aggregate_version, type, envelope, headers';

/** One value per column of `OUTBOX_COLUMNS`. */
export function outboxValues({ envelope, headers }: OutboxEvent): unknown[] {
  return [
    envelope.id,
    envelope.subject,
    envelope.aggregateversion,
    envelope.type,
    JSON.stringify(envelope),
    JSON.stringify(headers),
  ];
}

/** Stores events in the caller's transaction, all in one statement, in the order given. */
export async function addToOutbox(tx: Tx, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  const columns: unknown[][] = [[], [], [], [], [], []];
  for (const event of events) {
    for (const [column, value] of outboxValues(event).entries()) columns[column]?.push(value);
  }
  await tx.query(INSERT_ALL, columns);
}

// Ordinality, because the relay publishes in the order of seq.
const INSERT_ALL = `
  INSERT INTO outbox (${OUTBOX_COLUMNS})
  SELECT id, aggregate_id, aggregate_version, type, envelope::jsonb, headers::jsonb
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[])
         WITH ORDINALITY AS e (id, aggregate_id, aggregate_version, type, envelope, headers, position)
   ORDER BY position`;
