import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { LauncherConfig } from '../config.ts';
import type { ProgressEvent, Report } from './progress.ts';

/** What the launcher in the background says to the one at the terminal until everything runs. */
export type DetachedMessage =
  | { readonly kind: 'progress'; readonly event: ProgressEvent }
  | { readonly kind: 'ready'; readonly text: string }
  | { readonly kind: 'failed'; readonly message: string };

export type DetachOptions = {
  readonly config: LauncherConfig;
  /** The command line of the launcher in the background. */
  readonly args: readonly string[];
  readonly report: Report;
  readonly onReady: (text: string) => void;
};

/** Starts a launcher of its own session, shows its progress, and returns when its shop runs. Ctrl-C until then ends it. */
export async function detach({ config, args, report, onReady }: DetachOptions): Promise<number> {
  const logs = join(config.directory, 'logs');
  mkdirSync(logs, { recursive: true });
  const log = openSync(join(logs, 'agora.log'), 'a');
  const main = join(import.meta.dirname, '../main.ts');
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: config.userEnvironment,
  });
  closeSync(log);
  const end = () => child.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('message', (message: DetachedMessage) => {
    if (message.kind === 'progress') report(message.event);
    else if (message.kind === 'failed') reject(new Error(message.message));
    else {
      onReady(message.text);
      child.disconnect();
      child.unref();
      resolve(0);
    }
  });
  child.once('error', reject);
  child.once('exit', (code, signal) => {
    if (signal === null && code === 130) resolve(130);
    else reject(new Error(`the launcher in the background ended (${signal ?? `code ${code}`}): see ${logs}/agora.log`));
  });
  return promise;
}
