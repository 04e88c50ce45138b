/** Finds many at once; keys without a value are left out of the answer. */
export type LoadMany<T> = (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;

export type CoalescedLookup<T> = { find(key: string): Promise<T | undefined> };

type Batch<T> = {
  readonly keys: Set<string>;
  readonly found: PromiseWithResolvers<ReadonlyMap<string, T>>;
  readonly deadline: NodeJS.Timeout;
};

/**
 * Turns lookups that come together into one statement: while one runs, those that arrive gather for the next.
 *
 * Nobody joins a statement that is on its way already: its answer could be older than the question, and a deleted account
 * would be seen alive. Rejects after `deadlineMs`, waiting included.
 */
export function coalesceLookups<T>(
  load: LoadMany<T>,
  { deadlineMs, late }: { deadlineMs: number; late: () => Error },
): CoalescedLookup<T> {
  let gathering: Batch<T> | undefined;
  let loading: Batch<T> | undefined;

  function openBatch(): Batch<T> {
    const batch: Batch<T> = {
      keys: new Set(),
      found: Promise.withResolvers(),
      deadline: setTimeout(() => {
        batch.found.reject(late());
        finish(batch);
      }, deadlineMs),
    };
    return batch;
  }

  function sendNext(): void {
    if (loading !== undefined || gathering === undefined) return;
    const batch = gathering;
    loading = batch;
    gathering = undefined;
    load([...batch.keys])
      .then(batch.found.resolve, batch.found.reject)
      .finally(() => finish(batch));
  }

  function finish(batch: Batch<T>): void {
    clearTimeout(batch.deadline);
    if (gathering === batch) gathering = undefined;
    // A batch that was given up may still answer; by then another one may be on its way.
    if (loading !== batch) return;
    loading = undefined;
    sendNext();
  }

  return {
    async find(key) {
      if (gathering === undefined) {
        gathering = openBatch();
        // After this round of the event loop, with everything that came in by the same round.
        setImmediate(sendNext);
      }
      gathering.keys.add(key);
      const found = await gathering.found.promise;
      return found.get(key);
    },
  };
}
