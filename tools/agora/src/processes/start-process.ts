import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type ProcessExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type RunningProcess = {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process is gone, however it ended; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Asks the process to end, and after `patienceMs` ends it and its group by force. Safe to call twice. */
  stop(signal?: NodeJS.Signals, patienceMs?: number): Promise<void>;
};

export type ProcessOptions = {
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Both outputs are appended here, by the process itself, so they survive the launcher. */
  readonly logFile: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Called in the same tick as the start, so that a pid can be written down before anything else happens. */
  readonly onSpawn?: ((name: string, pid: number) => void) | undefined;
};

/** Starts a process in a group of its own: Ctrl-C in the terminal reaches the launcher alone, which stops things in order. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  let child: ChildProcess;
  try {
    child = spawn(options.command, options.args ?? [], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...options.user,
      env: options.env,
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  const { promise: exited, resolve } = Promise.withResolvers<ProcessExit>();
  child.once('exit', (code, signal) => resolve({ code, signal }));
  const { pid } = child;
  if (pid === undefined) {
    const { promise: failed, reject } = Promise.withResolvers<never>();
    child.once('error', (error) => reject(new Error(`${options.name} could not be started: ${error.message}`)));
    return failed;
  }
  child.on('error', () => {});
  options.onSpawn?.(options.name, pid);
  let stopped: Promise<void> | undefined;
  return {
    name: options.name,
    pid,
    exited,
    stop: (signal = 'SIGTERM', patienceMs = 10_000) => {
      stopped ??= stopGroup(child, pid, exited, signal, patienceMs);
      return stopped;
    },
  };
}

async function stopGroup(
  child: ChildProcess,
  pid: number,
  exited: Promise<ProcessExit>,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<void> {
  // `kill` on the handle, not on the number: once the process is reaped its number may belong to somebody else.
  child.kill(signal);
  const patience = new AbortController();
  await Promise.race([exited, delay(patienceMs, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
  signalGroup(pid, 'SIGKILL');
  await exited;
}

/** The children that a part leaves behind share its group. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
