import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, type ProcessIdentity } from '../processes/process-identity.ts';
import type { Ports } from '../services.ts';

type RecordedProcess = ProcessIdentity & { readonly part: string; readonly name: string };

/** What a running shop writes down, for `status`, `logs` and `down`, and for whoever has to clean up after it. */
export type RunState = {
  readonly launcher: ProcessIdentity;
  readonly mode: 'up' | 'dev';
  readonly startedAt: string;
  readonly ready: boolean;
  readonly ports: Ports;
  /** The user's own broker is not ours to start or to stop. */
  readonly externalBroker: boolean;
  readonly processes: readonly RecordedProcess[];
};

export type RunStateFile = {
  readonly current: RunState;
  processStarted(part: string, name: string, pid: number): void;
  partEnded(part: string): void;
  ready(): void;
  remove(): void;
};

const FILE = 'state.json';

export function readRunState(directory: string): RunState | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, FILE), 'utf8'));
  } catch {
    return undefined;
  }
}

export function removeRunState(directory: string): void {
  rmSync(join(directory, FILE), { force: true });
}

/** Every change is on disk before the call returns, so that a launcher that is killed leaves the truth behind. */
export function createRunState(directory: string, initial: RunState): RunStateFile {
  let current = initial;
  const write = (next: RunState) => {
    current = next;
    const draft = join(directory, `${FILE}.${process.pid}`);
    writeFileSync(draft, JSON.stringify(next, undefined, 2));
    renameSync(draft, join(directory, FILE));
  };
  write(initial);
  return {
    get current() {
      return current;
    },
    processStarted(part, name, pid) {
      const identity = identify(pid);
      if (identity !== undefined) {
        write({ ...current, processes: [...current.processes, { part, name, ...identity }] });
      }
    },
    partEnded: (part) => write({ ...current, processes: current.processes.filter((each) => each.part !== part) }),
    ready: () => write({ ...current, ready: true }),
    remove: () => removeRunState(directory),
  };
}
