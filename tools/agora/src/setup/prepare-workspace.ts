import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type LauncherConfig, PROJECT_ROOT } from '../config.ts';
import { DownloadError } from '../downloads/download-error.ts';
import { acquireLock } from '../instance/instance-lock.ts';
import { runCommand } from '../processes/run-command.ts';
import { fingerprint } from './fingerprint.ts';
import { findPnpm, type PnpmOptions } from './pnpm-program.ts';

/** Inside node_modules, so that whoever deletes that also deletes what we believe of it. */
const STAMP = join(PROJECT_ROOT, 'node_modules/.agora-setup.json');
const INSTALL_INPUTS = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', '*/*/package.json', '*/package.json'];
const GENERATE_INPUTS = [
  'pnpm-lock.yaml',
  'services/*/prisma/schema.prisma',
  'services/*/prisma.config.ts',
  'protos/**/*.proto',
];

/** Its own would go on for ten minutes where there is no network. */
const SHORT_RETRIES = ['fetch-retries=2', 'fetch-retry-mintimeout=1000', 'fetch-retry-maxtimeout=3000'].map(
  (setting) => `--config.${setting}`,
);

type Stamp = { readonly install?: string; readonly generate?: string };

/** Installed dependencies and generated clients, made only when what they follow from has changed. */
export async function prepareWorkspace(config: LauncherConfig, options: PnpmOptions): Promise<void> {
  if (isPrepared()) return;
  const lock = await waitForLock(join(PROJECT_ROOT, '.agora/setup.lock'), options);
  try {
    if (isPrepared()) return;
    const pnpm = await findPnpm(config, options);
    const run = (args: string[], what: string) => timed(pnpm, args, what, config, options);
    const { install } = readStamp();
    const wanted = wantedStamp();
    if (install !== wanted.install) {
      writeStamp({});
      await run(['install', '--frozen-lockfile', '--reporter=append-only', ...SHORT_RETRIES], 'dependencies installed');
    }
    await run(['-r', 'generate'], 'clients generated');
    writeStamp(wanted);
  } finally {
    lock.release();
  }
}

export function isPrepared(): boolean {
  const { install, generate } = readStamp();
  const wanted = wantedStamp();
  return install === wanted.install && generate === wanted.generate && hasGenerated();
}

/** True when an installation was completed once, for whatever lockfile. */
export function isInstalled(): boolean {
  return readStamp().install !== undefined;
}

function wantedStamp(): Required<Stamp> {
  return { install: fingerprint(PROJECT_ROOT, INSTALL_INPUTS), generate: fingerprint(PROJECT_ROOT, GENERATE_INPUTS) };
}

function hasGenerated(): boolean {
  const services = globSync('services/*/prisma/schema.prisma', { cwd: PROJECT_ROOT });
  const folders = services.map((schema) => join(dirname(dirname(schema)), 'src/storage/generated'));
  return [...folders, 'protos/src/generated'].every((folder) => existsSync(join(PROJECT_ROOT, folder)));
}

function readStamp(): Stamp {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return {};
  }
}

function writeStamp(stamp: Stamp): void {
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, JSON.stringify(stamp));
}

async function waitForLock(file: string, { signal, say }: PnpmOptions) {
  for (let told = false; ; told = true) {
    const lock = acquireLock(file);
    if (lock.held) return lock;
    if (!told) say(`agora: process ${lock.holder.pid} is installing the same dependencies: waiting for it`);
    await delay(200, undefined, { signal });
  }
}

async function timed(
  program: string,
  args: string[],
  what: string,
  config: LauncherConfig,
  { signal, say }: PnpmOptions,
): Promise<void> {
  const begin = performance.now();
  const fetches = args[0] === 'install';
  // CI: pnpm asks nothing. The variable about updates keeps it from looking for a newer self.
  const env = { ...config.userEnvironment, CI: 'true', npm_config_update_notifier: 'false' };
  await runCommand(program, args, { cwd: PROJECT_ROOT, env, signal, errorLines: 15 }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw fetches ? new DownloadError('a dependency', error) : error;
  });
  say(`  ✓ ${what.padEnd(26)} ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}
