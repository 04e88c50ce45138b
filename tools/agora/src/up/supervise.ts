import { setTimeout as delay } from 'node:timers/promises';
import type { RunningPart } from '../parts/running-part.ts';
import { lastLines } from '../processes/last-lines.ts';
import type { ProcessExit, RunningProcess } from '../processes/start-process.ts';

export type SuperviseOptions = {
  readonly name: string;
  readonly logFile: string;
  start(signal: AbortSignal): Promise<RunningPart>;
  /** A sentence about something that happened, for the person at the terminal. */
  readonly note: (text: string) => void;
  /** The part runs no more, whether it died or was stopped. */
  readonly ended?: () => void;
  /** The first wait before a restart; each further one is twice as long, up to 15 s. */
  readonly firstDelayMs?: number;
};

export type SupervisedPart = {
  readonly name: string;
  /** Ends it for good. */
  stop(): Promise<void>;
  /** Ends it and starts it anew, for changed sources. */
  restart(): Promise<void>;
};

const LONGEST_DELAY_MS = 15_000;
/** Whoever has run this long was healthy: its next death counts as the first. */
const STEADY_MS = 30_000;

/** Starts a part and keeps it running until it is stopped: one that dies is named with its last lines, and started again. */
export async function supervise(options: SuperviseOptions): Promise<SupervisedPart> {
  const { name, note, firstDelayMs = 500 } = options;
  const over = new AbortController();
  let running = await options.start(over.signal);
  let since = performance.now();
  let delayMs = firstDelayMs;
  /** The stop and start under way, and how to cut short the wait between them. */
  let change: { done: Promise<void>; hurry: () => void; isWaiting: boolean } | undefined;

  const watch = () => {
    const part = running;
    for (const each of part.processes) void each.exited.then((exit) => onExit(part, each, exit));
  };
  const onExit = (part: RunningPart, dead: RunningProcess, { code, signal }: ProcessExit) => {
    if (part !== running || change !== undefined || over.signal.aborted) return;
    if (performance.now() - since > STEADY_MS) delayMs = firstDelayMs;
    const lines = lastLines(options.logFile, 5).map((line) => `\n      ${line}`);
    note(
      `${dead.name} died (${signal ?? `code ${code}`}); starting it again in ${delayMs / 1000} s. Its last lines:${lines.join('')}`,
    );
    begin(true);
  };
  const begin = (isAfterDeath: boolean): Promise<void> => {
    let hurry = new AbortController();
    const current = { done: Promise.resolve(), hurry: () => hurry.abort(), isWaiting: false };
    change = current;
    const run = async () => {
      await running.stop();
      options.ended?.();
      for (let waits = isAfterDeath; !over.signal.aborted; waits = true) {
        if (waits) {
          current.isWaiting = true;
          await delay(delayMs, undefined, { signal: AbortSignal.any([over.signal, hurry.signal]) }).catch(() => {});
          current.isWaiting = false;
          hurry = new AbortController();
          delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
        }
        if (over.signal.aborted || (await started())) return;
      }
    };
    current.done = run().finally(() => {
      change = undefined;
    });
    return current.done;
  };
  const started = async (): Promise<boolean> => {
    try {
      running = await options.start(over.signal);
      since = performance.now();
      watch();
      note(`${name} runs again`);
      return true;
    } catch (error) {
      options.ended?.();
      if (!over.signal.aborted) {
        note(`${error instanceof Error ? error.message : String(error)}\n    next try in ${delayMs / 1000} s`);
      }
      return false;
    }
  };

  watch();
  return {
    name,
    async stop() {
      over.abort();
      await change?.done;
      await running.stop();
      options.ended?.();
    },
    async restart() {
      delayMs = firstDelayMs;
      if (change !== undefined) {
        const { done, isWaiting, hurry } = change;
        hurry();
        await done;
        // One that was on its way already when the change came may have read what was there before.
        if (isWaiting) return;
      }
      if (!over.signal.aborted) await begin(false);
    },
  };
}
