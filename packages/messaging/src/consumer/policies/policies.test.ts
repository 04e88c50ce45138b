import { OrderPlaced } from '@agora/shared-events';
import { describe, expect, it } from 'vitest';
import { type Arrived, type BatchProcessor, DONE } from '../batch.ts';
import { DatabaseUnavailable } from '../database-failure.ts';
import { onBatch } from '../subscription.ts';
import { bisected } from './bisected.ts';
import { patient } from './patient.ts';
import { retryingConflicts } from './retrying-conflicts.ts';

const subscription = onBatch(OrderPlaced, async () => {});

function arrivals(...ids: string[]): Arrived[] {
  return ids.map((id) => ({
    subscription,
    event: { id, type: 'OrderPlaced', subject: id, time: '', aggregateVersion: 1, data: {}, headers: {} },
  }));
}

/** Succeeds with batches that hold none of the bad ids, and writes down every batch. */
function failingOn(bad: string[], error: unknown = new Error('bad')) {
  const batches: string[] = [];
  const process: BatchProcessor = async (arrived) => {
    const ids = arrived.map(({ event }) => event.id);
    batches.push(ids.join(''));
    if (ids.some((id) => bad.includes(id))) throw error;
    return arrived.map(() => DONE);
  };
  return { process, batches };
}

describe('bisected', () => {
  it('leaves a batch that works alone', async () => {
    const { process, batches } = failingOn([]);
    expect(await bisected(process)(arrivals('a', 'b', 'c'))).toEqual([DONE, DONE, DONE]);
    expect(batches).toEqual(['abc']);
  });

  it('finds every culprit, keeps the order, and answers for each in its place', async () => {
    const error = new Error('bad');
    const { process, batches } = failingOn(['b', 'e'], error);
    const failed = { kind: 'failed', error };
    expect(await bisected(process)(arrivals('a', 'b', 'c', 'd', 'e'))).toEqual([DONE, failed, DONE, DONE, failed]);
    expect(batches).toEqual(['abcde', 'ab', 'a', 'b', 'cde', 'c', 'de', 'd', 'e']);
  });

  it('accuses nobody when the database is gone', async () => {
    const { process, batches } = failingOn(['a'], new DatabaseUnavailable(new Error('gone')));
    await expect(bisected(process)(arrivals('a', 'b'))).rejects.toThrow(DatabaseUnavailable);
    expect(batches).toEqual(['ab']);
  });
});

describe('retryingConflicts', () => {
  const conflict = Object.assign(new Error('deadlock detected'), { code: '40P01' });

  it('tries again at once, twice', async () => {
    const { process, batches } = failingOn(['a'], conflict);
    await expect(retryingConflicts(process)(arrivals('a'))).rejects.toBe(conflict);
    expect(batches).toHaveLength(3);
  });

  it('does not touch other errors', async () => {
    const { process, batches } = failingOn(['a']);
    await expect(retryingConflicts(process)(arrivals('a'))).rejects.toThrow('bad');
    expect(batches).toHaveLength(1);
  });
});

describe('patient', () => {
  const patience = { tries: 3, timeoutTries: 2, firstMs: 1, capMs: 1 };
  const running = new AbortController().signal;

  it('waits out a short absence of the database', async () => {
    let calls = 0;
    const process: BatchProcessor = async () => {
      calls += 1;
      if (calls < 3) throw new DatabaseUnavailable(new Error('gone'));
      return [DONE];
    };
    expect(await patient(process, patience, running)(arrivals('a'))).toEqual([DONE]);
  });

  it('gives up after its tries, sooner when each took a whole deadline', async () => {
    const gone = failingOn(['a'], new DatabaseUnavailable(new Error('gone')));
    await expect(patient(gone.process, patience, running)(arrivals('a'))).rejects.toThrow(DatabaseUnavailable);
    expect(gone.batches).toHaveLength(3);
    const slow = failingOn(['a'], new DatabaseUnavailable(Object.assign(new Error('slow'), { code: '57014' })));
    await expect(patient(slow.process, patience, running)(arrivals('a'))).rejects.toThrow(DatabaseUnavailable);
    expect(slow.batches).toHaveLength(2);
  });

  it('does not wait for a consumer that stops, nor over errors of messages', async () => {
    const gone = failingOn(['a'], new DatabaseUnavailable(new Error('gone')));
    await expect(patient(gone.process, patience, AbortSignal.abort())(arrivals('a'))).rejects.toThrow();
    const bad = failingOn(['a']);
    await expect(patient(bad.process, patience, running)(arrivals('a'))).rejects.toThrow('bad');
    expect([gone.batches.length, bad.batches.length]).toEqual([1, 1]);
  });
});
