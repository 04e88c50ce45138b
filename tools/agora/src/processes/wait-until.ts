import { setTimeout as delay } from 'node:timers/promises';
import { lastLines } from './last-lines.ts';
import type { RunningProcess } from './start-process.ts';

export type WaitOptions = {
  /** What is waited for, as it reads after "is not". */
  readonly what: string;
  readonly process: RunningProcess;
  readonly logFile: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
};

/** Asks `probe` until it says yes. A process that dies meanwhile ends the wait at once, with its last lines. */
export async function waitUntil(probe: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  const { process: running, timeoutMs, everyMs = 50 } = options;
  const deadline = performance.now() + timeoutMs;
  let exit: string | undefined;
  void running.exited.then(({ code, signal }) => {
    exit = signal ?? `code ${code}`;
  });
  while (performance.now() < deadline) {
    if (await probe()) return;
    if (exit !== undefined) {
      throw new Error(`${running.name} ended at start (${exit})${quote(options.logFile)}`);
    }
    await delay(everyMs);
  }
  throw new Error(`${running.name} is not ${options.what} after ${timeoutMs / 1000} s${quote(options.logFile)}`);
}

function quote(logFile: string): string {
  const lines = lastLines(logFile, 8);
  return lines.length === 0 ? '' : `. Its last lines (${logFile}):\n${lines.map((line) => `    ${line}`).join('\n')}`;
}
