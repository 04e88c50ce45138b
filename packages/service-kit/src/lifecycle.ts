import type { Logger } from '@agora/telemetry';

/** All closing together has this long; an orchestrator that gives 30 s never has to kill. */
const STOP_DEADLINE_MS = 25_000;

export type Lifecycle = {
  /**
   * Registers how to close what was just opened. Closed in reverse order of registration, one after the other.
   * Registered after stopping began (a start that was interrupted), it is closed at once.
   */
  onStop(name: string, close: () => unknown | Promise<unknown>): void;
  /** True from the first moment of `stop()`: readiness fails on it. */
  readonly isStopping: boolean;
  /** Called before anything is closed. For what must hear of the end early; must not throw. */
  onStopping(listener: () => void): void;
  /**
   * Closes everything, on one deadline for all. Every part gets its turn, whatever the others did.
   * Calling it again returns the same promise. Rejects, after all had their turn, naming the parts that failed or were late.
   */
  stop(): Promise<void>;
};

type Opened = { readonly name: string; readonly close: () => unknown | Promise<unknown> };

export function createLifecycle(
  logger: Logger,
  { stopDeadlineMs = STOP_DEADLINE_MS }: { stopDeadlineMs?: number } = {},
): Lifecycle {
  const opened: Opened[] = [];
  const listeners: (() => void)[] = [];
  let stopped: Promise<void> | undefined;
  let closing: Promise<void> = Promise.resolve();

  async function closeOne({ name, close }: Opened, deadline: Promise<'late'>): Promise<string | undefined> {
    try {
      const outcome = await Promise.race([Promise.resolve(close()).then(() => 'closed' as const), deadline]);
      if (outcome === 'closed') return undefined;
      logger.error({ part: name }, 'not closed before the deadline');
    } catch (error) {
      logger.error({ part: name, err: error }, 'closing failed');
    }
    return name;
  }

  async function closeAll(): Promise<void> {
    for (const listener of listeners) listener();
    const failed: string[] = [];
    const { promise: deadline, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => resolve('late'), stopDeadlineMs);
    for (let part = opened.pop(); part !== undefined; part = opened.pop()) {
      const failure = await closeOne(part, deadline);
      if (failure !== undefined) failed.push(failure);
    }
    clearTimeout(timer);
    if (failed.length > 0) throw new Error(`not closed cleanly: ${failed.join(', ')}`);
  }

  return {
    onStop(name, close) {
      opened.push({ name, close });
      if (stopped === undefined) return;
      // `closeAll` may be over already: whatever it did not take is closed behind it.
      closing = closing.then(async () => {
        const late = opened.pop();
        if (late !== undefined) await closeOne(late, new Promise(() => {}));
      });
    },
    get isStopping() {
      return stopped !== undefined;
    },
    onStopping(listener) {
      listeners.push(listener);
    },
    stop() {
      if (stopped === undefined) {
        const { promise, resolve } = Promise.withResolvers<void>();
        stopped = promise;
        const work = closeAll();
        closing = work.catch(() => {});
        resolve(work);
      }
      return stopped;
    },
  };
}
