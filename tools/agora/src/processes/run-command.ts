import { spawn } from 'node:child_process';

export type CommandOptions = {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly signal?: AbortSignal | undefined;
  /** How many of the last lines an error carries; 6 when absent. */
  readonly errorLines?: number;
};

/** Runs a program to its end and answers with what it printed. Throws with its last error lines when it fails. */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  options.signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...options.user,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  // The whole group: a package manager has helpers of its own that hold its files open.
  const cancel = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  options.signal?.addEventListener('abort', cancel, { once: true });
  child.once('error', (error) => reject(new Error(`${command} could not be run: ${error.message}`, { cause: error })));
  child.once('close', (code, signal) => {
    options.signal?.removeEventListener('abort', cancel);
    if (options.signal?.aborted) reject(options.signal.reason);
    else if (code === 0) resolve(stdout);
    else {
      const said = (stderr.trim() || stdout.trim())
        .split('\n')
        .slice(-(options.errorLines ?? 6))
        .join('\n');
      reject(new Error(`${command} ${args[0] ?? ''} failed (${signal ?? `code ${code}`}): ${said}`));
    }
  });
  return promise;
}
