import type { RunningProcess } from '../processes/start-process.ts';

/** A part that runs, and every process of it, the main one first. */
export type RunningPart = {
  readonly processes: readonly RunningProcess[];
  stop(): Promise<void>;
};

export type PartOptions = {
  readonly logFile: string;
  /** Called with the pid of each process as soon as there is one. */
  readonly onSpawn?: (name: string, pid: number) => void;
  /** Variables beyond the small common environment. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Ends a start that is under way. What it started by then is stopped before the promise rejects. */
  readonly signal?: AbortSignal;
};
