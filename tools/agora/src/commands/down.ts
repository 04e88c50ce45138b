import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { type LauncherConfig, readConfig } from '../config.ts';
import { endLeftovers } from '../instance/end-leftovers.ts';
import { acquireLock, lockHolder } from '../instance/instance-lock.ts';
import { isSame } from '../processes/process-identity.ts';
import { deleteData } from '../up/delete-data.ts';

/** Above what a service may take to drain, plus the broker. */
const PATIENCE_MS = 60_000;

export function registerDown(program: Command): void {
  program
    .command('down')
    .description('stop the shop, or what is left of one that was killed')
    .option('--delete', 'delete its data as well')
    .action(async (options: { delete?: boolean }) => {
      const config = readConfig();
      console.log(await stopShop(config));
      // Also takes away the lock of one that was killed.
      const lock = acquireLock(join(config.directory, 'lock'));
      if (!lock.held) throw new Error('another shop was started here meanwhile');
      if (options.delete) {
        await deleteData(config.directory);
        console.log(`its data in ${config.directory} is deleted`);
      }
      lock.release();
    });
}

async function stopShop({ directory }: LauncherConfig): Promise<string> {
  const holder = lockHolder(join(directory, 'lock'));
  if (holder !== undefined) {
    process.kill(holder.pid, 'SIGTERM');
    const deadline = performance.now() + PATIENCE_MS;
    while (isSame(holder) && performance.now() < deadline) await delay(50);
    if (isSame(holder)) process.kill(holder.pid, 'SIGKILL');
  }
  const ended = await endLeftovers(directory);
  if (ended.length > 0) return `the shop is stopped; ended what was left of it: ${ended.join(', ')}`;
  return holder === undefined ? `no shop runs in ${directory}` : 'the shop is stopped';
}
