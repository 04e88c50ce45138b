import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { LauncherConfig } from '../config.ts';
import { onPath } from '../processes/on-path.ts';
import { unpackPackages } from './apt-packages.ts';
import { DownloadError } from './download-error.ts';
import { placeInCache } from './place-in-cache.ts';

/** A RabbitMQ that can be started: its server script, what has to be on PATH for it, and where it came from. */
export type RabbitmqProgram = {
  readonly server: string;
  readonly epmd: string;
  /** Lets a running node evaluate something; not every installation has it. */
  readonly erlCall: string | undefined;
  readonly path: string;
  readonly source: string;
};

class NoRabbitmqError extends Error {}

export type ProgramOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly onDownload?: (what: string) => void;
};

/** RabbitMQ as it is on PATH, else unpacked into the cache from the packages of Debian or Ubuntu. */
export async function findRabbitmq(config: LauncherConfig, options: ProgramOptions = {}): Promise<RabbitmqProgram> {
  const installed = await installedRabbitmq(config);
  if (installed !== undefined) return installed;
  const release = await debianRelease();
  if (release === undefined) throw new NoRabbitmqError(missingSentence());
  const folder = join(config.cacheDirectory, `rabbitmq-${release}-${process.arch}`);
  if (/\s/.test(folder)) {
    throw new Error(`RabbitMQ's own scripts take no path with spaces (${folder}): set XDG_CACHE_HOME to one without`);
  }
  await placeInCache(folder, async (unfinished) => {
    options.onDownload?.('RabbitMQ packages');
    const scratch = await mkdtemp(join(config.cacheDirectory, `.unfinished-${process.pid}-apt-`));
    try {
      const env = { ...config.userEnvironment, LC_ALL: 'C' };
      const root = join(unfinished, 'root');
      await mkdir(root);
      const ours = /^(rabbitmq-server|erlang-.*)$/;
      await unpackPackages('rabbitmq-server', ours, { root, scratch }, { env, ...options }).catch((error: unknown) => {
        options.signal?.throwIfAborted();
        throw new DownloadError('RabbitMQ', error);
      });
      await writeErl(unfinished);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
  return unpackedRabbitmq(folder, config);
}

/** Where it would come from, without fetching it; undefined where it cannot. */
export async function describeRabbitmq(config: LauncherConfig): Promise<string | undefined> {
  const installed = await installedRabbitmq(config);
  if (installed !== undefined) return installed.source;
  const release = await debianRelease();
  if (release === undefined) return undefined;
  const isThere = await isFile(join(config.cacheDirectory, `rabbitmq-${release}-${process.arch}`));
  return isThere ? 'unpacked in the cache' : `from the packages of ${release}, on the first ./agora up`;
}

/** What to type where we cannot fetch it ourselves. */
export function missingSentence(): string {
  const install =
    process.platform === 'darwin' ? 'brew install rabbitmq' : 'the package rabbitmq-server of your system';
  return (
    `there is no RabbitMQ on PATH, and only Debian and Ubuntu get one automatically: install it (${install}), ` +
    'or set RABBITMQ_URL to a broker of yours, or use Docker Compose'
  );
}

/** Also where Debian puts it: its folder is not on the PATH of ordinary users, and its wrapper insists on one user. */
async function installedRabbitmq(config: LauncherConfig): Promise<RabbitmqProgram | undefined> {
  const epmd = await onPath('epmd', config.path);
  if (epmd === undefined || (await onPath('erl', config.path)) === undefined) return undefined;
  const debian = '/usr/lib/rabbitmq/bin/rabbitmq-server';
  const server = (await isFile(debian)) ? debian : await onPath('rabbitmq-server', config.path);
  if (server === undefined) return undefined;
  const debianPlace = '/usr/lib/erlang/bin/erl_call';
  const erlCall = (await onPath('erl_call', config.path)) ?? ((await isFile(debianPlace)) ? debianPlace : undefined);
  return { server, epmd, erlCall, path: config.path, source: server };
}

async function unpackedRabbitmq(folder: string, config: LauncherConfig): Promise<RabbitmqProgram> {
  const library = join(folder, 'root/usr/lib/rabbitmq/lib');
  const version = (await readdir(library)).find((name) => name.startsWith('rabbitmq_server-'));
  if (version === undefined) throw new Error(`${folder} holds no RabbitMQ: remove that folder and try again`);
  const bin = join(folder, 'bin');
  return {
    server: join(library, version, 'sbin/rabbitmq-server'),
    epmd: join(folder, 'root/usr/lib/erlang/bin/epmd'),
    erlCall: join(folder, 'root/usr/lib/erlang/bin/erl_call'),
    path: [bin, join(folder, 'root/usr/lib/erlang/bin'), config.path].join(delimiter),
    source: `${version.replace('_server-', ' ')} of this system's packages, in the cache`,
  };
}

// The packaged `erl` has its installed place written into it, and on Debian 12 nothing in the environment changes that.
async function writeErl(folder: string): Promise<void> {
  const erlang = join(folder, 'root/usr/lib/erlang');
  const runtime = (await readdir(erlang)).find((name) => name.startsWith('erts-'));
  if (runtime === undefined) throw new Error('the Erlang packages hold no runtime');
  const libraries = await libraryFolders(join(folder, 'root'));
  await mkdir(join(folder, 'bin'));
  const script = `#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
ROOTDIR=$here/root/usr/lib/erlang
BINDIR=$ROOTDIR/${runtime}/bin
EMU=beam
PROGNAME=erl
LD_LIBRARY_PATH=${libraries.map((each) => `$here/root/${each}:`).join('')}\${LD_LIBRARY_PATH-}
export ROOTDIR BINDIR EMU PROGNAME LD_LIBRARY_PATH
exec "$BINDIR/erlexec" "$@"
`;
  await writeFile(join(folder, 'bin/erl'), script, { mode: 0o755 });
}

async function libraryFolders(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const parent of ['usr/lib', 'lib']) {
    const names = await readdir(join(root, parent)).catch(() => []);
    found.push(...names.filter((name) => name.includes('-linux-gnu')).map((name) => `${parent}/${name}`));
  }
  return found;
}

/** `debian-12`, `ubuntu-24.04`, or nothing where there is no apt to ask. */
async function debianRelease(): Promise<string | undefined> {
  if (process.platform !== 'linux' || !(await isFile('/var/lib/dpkg/status'))) return undefined;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const value = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(release)?.[1];
  return `${value('ID') ?? 'debian'}-${value('VERSION_ID') ?? value('VERSION_CODENAME') ?? 'testing'}`;
}

async function isFile(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
