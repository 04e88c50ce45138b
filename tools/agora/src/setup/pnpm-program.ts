import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LauncherConfig, PROJECT_ROOT } from '../config.ts';
import { placeInCache } from '../downloads/place-in-cache.ts';
import { onPath } from '../processes/on-path.ts';
import { runCommand } from '../processes/run-command.ts';

const VERSION = '12.21.0';
const RUNTIME = join(PROJECT_ROOT, 'tools/agora/runtimes/pnpm');

export type PnpmOptions = { readonly signal: AbortSignal; readonly say: (text: string) => void };

/** pnpm of exactly the version that wrote the lockfile: on PATH, else by npm into the cache, its sha512 pinned. */
export async function findPnpm(config: LauncherConfig, options: PnpmOptions): Promise<string> {
  const { signal, say } = options;
  const installed = await onPath('pnpm', config.path);
  if (installed !== undefined && (await versionOf(installed, config)) === VERSION) return installed;
  const program = `node_modules/@pnpm/exe.${process.platform}-${process.arch}/pnpm`;
  const folder = await placeInCache(join(config.cacheDirectory, `pnpm-${VERSION}`), async (unfinished) => {
    say(`agora: fetching pnpm ${VERSION} (28 MB) into ${config.cacheDirectory}`);
    for (const file of ['package.json', 'package-lock.json'])
      await copyFile(join(RUNTIME, file), join(unfinished, file));
    const args = ['ci', '--prefix', unfinished, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const env = config.userEnvironment;
    await runCommand('npm', args, { cwd: unfinished, env, signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new Error(
        `pnpm ${VERSION} could not be fetched: ${error instanceof Error ? error.message : error}. ${HINT}`,
      );
    });
    // npm passes over an optional package that it cannot get, without a word.
    if ((await versionOf(join(unfinished, program), config)) !== VERSION) {
      throw new Error(`pnpm ${VERSION} could not be fetched for ${process.platform} ${process.arch}. ${HINT}`);
    }
  });
  return join(folder, program);
}

const HINT =
  'Is there a network (npm ping)? On a system other than Linux with glibc, x64 or arm64, put pnpm 12.21.0 on PATH yourself.';

async function versionOf(program: string, config: LauncherConfig): Promise<string | undefined> {
  // Outside the project: there a pnpm of another version would go and fetch the one that package.json names.
  const run = { env: config.userEnvironment, cwd: '/' };
  return runCommand(program, ['--version'], run).then(
    (said) => said.trim(),
    () => undefined,
  );
}
