export type WaitingRoomOptions = {
  readonly atOnce: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  /** What is thrown at those who find no place, or wait too long. */
  readonly refusal: () => Error;
};

export type WaitingRoom = { run<T>(work: () => Promise<T>): Promise<T> };

/**
 * Lets so many works run at once and so many wait for so long; the others are refused.
 *
 * For work that shares the thread pool with file and DNS access: without a limit a flood of it holds up everything else.
 */
export function createWaitingRoom({ atOnce, maxWaiting, maxWaitMs, refusal }: WaitingRoomOptions): WaitingRoom {
  let running = 0;
  const waiting = new Set<() => void>();

  async function enter(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (waiting.size >= maxWaiting) throw refusal();
    // The one who leaves hands its place on, so `running` does not change.
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(proceed);
        reject(refusal());
      }, maxWaitMs);
      const proceed = () => {
        clearTimeout(timer);
        resolve();
      };
      waiting.add(proceed);
    });
  }

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
