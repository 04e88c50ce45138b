import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { PROJECT_ROOT } from '../../tools/agora/src/config.ts';
import { agora } from './agora-command.ts';

/** A whole shop, started as a user would start it, for the end-to-end tests of this run. */
export type Shop = {
  /** The gateway. */
  readonly base: string;
  /** Data, logs and secrets of the running parts. */
  readonly directory: string;
  readonly admin: { readonly email: string; readonly password: string };
};

declare module 'vitest' {
  interface ProvidedContext {
    shop: Shop;
  }
}

/** What the parts wrote in the last run, for whoever has to find out why a test failed. */
const KEPT_LOGS = join(PROJECT_ROOT, '.agora', 'e2e-logs');

/** `./agora up --detach` in a folder of its own, on free ports; `./agora down` after the last test. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'agora-e2e-'));
  const stop = async () => {
    rmSync(KEPT_LOGS, { recursive: true, force: true });
    cpSync(join(directory, 'logs'), KEPT_LOGS, { recursive: true });
    await agora(directory, ['down', '--delete']);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const printed = await agora(directory, ['up', '--detach', '--port', '0']);
    const { url } = JSON.parse(await agora(directory, ['status', '--json']));
    const [, email, password] = /admin\s+(\S+@\S+)\s+(?:password\s+)?(\S+)/.exec(printed) ?? [];
    if (email === undefined || password === undefined)
      throw new Error(`no admin login in what up printed:\n${printed}`);
    project.provide('shop', { base: url, directory, admin: { email, password } });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
