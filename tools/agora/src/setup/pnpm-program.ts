import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LauncherConfig, PROJECT_ROOT } from '../config.ts';
import { DownloadError } from '../downloads/download-error.ts';
import { placeInCache } from '../downloads/place-in-cache.ts';
import { onPath } from '../processes/on-path.ts';
import { runCommand } from '../processes/run-command.ts';

const VERSION = '12.21.0';
const PLATFORM = `${process.platform}-${process.arch}`;
const RUNTIME = join(PROJECT_ROOT, 'tools/agora/runtimes', `pnpm-${PLATFORM}`);

export type PnpmOptions = { readonly signal: AbortSignal; readonly say: (text: string) => void };

/** pnpm of exactly the version that wrote the lockfile: on PATH, else by npm into the cache, its sha512 pinned. */
export async function findPnpm(config: LauncherConfig, options: PnpmOptions): Promise<string> {
  const { signal, say } = options;
  const installed = await onPath('pnpm', config.path);
  if (installed !== undefined && (await versionOf(installed, config)) === VERSION) return installed;
  if (!existsSync(RUNTIME))
    throw new Error(`no pnpm ${VERSION} can be fetched for ${PLATFORM}: put it on PATH yourself`);
  const program = `node_modules/@pnpm/exe.${PLATFORM}/pnpm`;
  const folder = await placeInCache(join(config.cacheDirectory, `pnpm-${VERSION}`), async (unfinished) => {
    say(`agora: fetching pnpm ${VERSION} (28 MB) into ${config.cacheDirectory}`);
    for (const file of ['package.json', 'package-lock.json'])
      await copyFile(join(RUNTIME, file), join(unfinished, file));
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const retries = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
    const run = { cwd: unfinished, env: config.userEnvironment, signal };
    await runCommand('npm', ['ci', '--prefix', unfinished, ...quiet, ...retries], run).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new DownloadError(`pnpm ${VERSION}`, error);
    });
    if ((await versionOf(join(unfinished, program), config)) !== VERSION) {
      throw new Error(
        `the fetched pnpm does not run on this system (it needs glibc): put pnpm ${VERSION} on PATH yourself`,
      );
    }
  });
  return join(folder, program);
}

async function versionOf(program: string, config: LauncherConfig): Promise<string | undefined> {
  // Outside the project: there a pnpm of another version would go and fetch the one that package.json names.
  const run = { env: config.userEnvironment, cwd: '/' };
  return runCommand(program, ['--version'], run).then(
    (said) => said.trim(),
    () => undefined,
  );
}
