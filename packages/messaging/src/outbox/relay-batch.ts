import type { EventContract } from '@agora/shared-events';
import type { ClientBase } from 'pg';
import type { ConfirmedPublisher, OutgoingMessage, PublishResult } from '../broker/confirmed-publisher.ts';
import { claimRows, deleteRows, type OutboxRow, postponeRows, type RowFailure, setRowsAside } from './outbox-rows.ts';

/** Past this window a larger one gains no throughput, only latency. */
const BATCH = 500;
/** One at a time is slow, and the rows stay locked meanwhile. */
const BATCH_ONE_BY_ONE = 100;
/** For rows the broker refuses or nobody can name an exchange for, about ten minutes: then a person has to look. */
const MAX_ATTEMPTS = 20;
const PRECONDITION_FAILED = 406;

export type RelayBatch = {
  readonly claimed: number;
  readonly published: number;
  readonly postponed: readonly RowFailure[];
  readonly setAside: readonly RowFailure[];
  /** Some found no queue. */
  readonly unroutable: boolean;
  /** Nothing is known about some: the connection was lost, or the broker took nothing in time. */
  readonly undecided: boolean;
  /** The broker closed the channel over one of many; only publishing one by one tells which. */
  readonly culpritHidden: boolean;
};

export type RelayBatchOptions = {
  readonly client: ClientBase;
  readonly publisher: ConfirmedPublisher;
  readonly contracts: ReadonlyMap<string, EventContract>;
  readonly oneByOne: boolean;
};

/** Claims, publishes, waits for every confirm, and deletes what was confirmed, in one transaction. */
export async function relayBatch(options: RelayBatchOptions): Promise<RelayBatch> {
  const { client, contracts, oneByOne } = options;
  await client.query('BEGIN');
  const rows = await claimRows(client, oneByOne ? BATCH_ONE_BY_ONE : BATCH);
  const results = await publishRows(rows, options);

  const confirmed: OutboxRow[] = [];
  const postponed: RowFailure[] = [];
  const setAside: RowFailure[] = [];
  let unroutable = false;
  let undecided = false;
  let culpritHidden = false;
  for (const row of rows) {
    // A newer version of this service may have written an unknown type, and its own relay knows it.
    const result = contracts.has(row.type)
      ? results.get(row)
      : { status: 'unknown', detail: `no contract for ${row.type}` };
    if (result === undefined || result.status === 'undecided') undecided = true;
    else if (result.status === 'confirmed') confirmed.push(row);
    else if (result.status === 'refused' && results.size > 1 && !oneByOne) culpritHidden = true;
    else if (isHopeless(result, row)) setAside.push({ row, detail: result.detail });
    else {
      postponed.push({ row, detail: result.detail });
      unroutable ||= result.status === 'unroutable';
    }
  }

  await deleteRows(client, confirmed);
  await postponeRows(client, postponed);
  await setRowsAside(client, setAside);
  await client.query('COMMIT');
  return {
    claimed: rows.length,
    published: confirmed.length,
    postponed,
    setAside,
    unroutable,
    undecided,
    culpritHidden,
  };
}

async function publishRows(
  rows: readonly OutboxRow[],
  { publisher, contracts, oneByOne }: RelayBatchOptions,
): Promise<Map<OutboxRow, PublishResult>> {
  const known = rows.flatMap((row) => {
    const contract = contracts.get(row.type);
    return contract === undefined ? [] : [{ row, message: messageOf(row, contract) }];
  });
  const results = new Map<OutboxRow, PublishResult>();
  const groups = oneByOne ? known.map((one) => [one]) : [known];
  for (const group of groups) {
    const answers = await publisher.publish(group.map(({ message }) => message));
    for (const [index, { row }] of group.entries()) {
      const answer = answers[index];
      if (answer !== undefined) results.set(row, answer);
    }
    if (answers.some(({ status }) => status === 'undecided')) break;
  }
  return results;
}

// Full or missing queues are not the event's fault: it waits for as long as it takes.
function isHopeless(result: { status: string; code?: number }, row: OutboxRow): boolean {
  if (result.status === 'unsendable') return true;
  if (result.status === 'refused' && result.code === PRECONDITION_FAILED) return true;
  return (result.status === 'refused' || result.status === 'unknown') && row.attempts + 1 >= MAX_ATTEMPTS;
}

function messageOf(row: OutboxRow, contract: EventContract): OutgoingMessage {
  return {
    exchange: contract.exchange,
    routingKey: contract.routingKey,
    body: Buffer.from(row.body),
    messageId: row.id,
    type: row.type,
    contentType: 'application/cloudevents+json',
    timestamp: row.created_seconds,
    headers: row.headers,
  };
}
