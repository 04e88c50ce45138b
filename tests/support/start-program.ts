import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type Program = {
  /** What it has written so far, stdout and stderr apart. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Its exit code, null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Resolves when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** Runs a `.ts` file from its sources as a process of its own, with nothing in its environment but what is given. */
export function startProgram(file: string, env: Record<string, string>): Program {
  const child = spawn(process.execPath, ['--conditions=agora-source', '--import', PRELOAD, file], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  // A test that fails in the middle must not leave a service behind.
  const killRest = () => child.kill('SIGKILL');
  process.once('exit', killRest);
  void ended.finally(() => process.off('exit', killRest));
  return {
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    ended,
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}

const PRELOAD = import.meta.resolve('@agora/telemetry/preload');
