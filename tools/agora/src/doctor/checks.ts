import { existsSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { LauncherConfig } from '../config.ts';
import { describeRabbitmq, missingSentence } from '../downloads/rabbitmq-program.ts';
import { describeTraefik } from '../downloads/traefik-program.ts';
import { lockHolder } from '../instance/instance-lock.ts';
import { canListen } from '../processes/free-port.ts';
import { onPath } from '../processes/on-path.ts';
import { USUAL_PORTS } from '../services.ts';
import { isPrepared } from '../setup/prepare-workspace.ts';

export type Finding = {
  readonly name: string;
  /** `note`: works, but a person may want to know. */
  readonly state: 'ok' | 'note' | 'missing';
  readonly found: string;
  /** What to type. */
  readonly mend?: string;
};

type Check = (config: LauncherConfig) => Promise<Finding> | Finding;

/** None of them changes anything, or needs what they look for. */
export const CHECKS: readonly Check[] = [
  platform,
  nodeVersion,
  npm,
  dependencies,
  rabbitmq,
  traefik,
  disk,
  memory,
  gatewayPort,
  usualPorts,
  runningShop,
];

function platform(): Finding {
  const here = `${process.platform} ${process.arch}`;
  const supported = ['linux x64', 'linux arm64', 'darwin x64', 'darwin arm64'].includes(here);
  if (!supported) return missing('platform', `${here} has no Postgres to bring`, 'docker compose up -d --build');
  if (process.platform === 'linux' && !isGlibc()) {
    return missing('platform', `${here} without glibc: the binaries do not run`, 'docker compose up -d --build');
  }
  return { name: 'platform', state: 'ok', found: here };
}

function nodeVersion(): Finding {
  return { name: 'node', state: 'ok', found: `${process.version} (${process.execPath})` };
}

async function npm(config: LauncherConfig): Promise<Finding> {
  const found = await onPath('npm', config.path);
  if (found !== undefined) return { name: 'npm', state: 'ok', found };
  if ((await onPath('pnpm', config.path)) !== undefined)
    return { name: 'npm', state: 'note', found: 'not found; pnpm is there' };
  return missing('npm', 'not on PATH, and it brings pnpm', installLine('npm'));
}

function dependencies(): Finding {
  if (isPrepared()) return { name: 'dependencies', state: 'ok', found: 'installed, clients generated' };
  return { name: 'dependencies', state: 'note', found: 'not installed for this lockfile yet: ./agora up does it' };
}

async function rabbitmq(config: LauncherConfig): Promise<Finding> {
  if (config.rabbitmqUrl !== undefined) return { name: 'rabbitmq', state: 'ok', found: 'yours, by RABBITMQ_URL' };
  const found = await describeRabbitmq(config);
  if (found !== undefined) return { name: 'rabbitmq', state: 'ok', found };
  return missing('rabbitmq', missingSentence(), installLine('rabbitmq'));
}

async function traefik(config: LauncherConfig): Promise<Finding> {
  const found = await describeTraefik(config);
  if (found !== undefined) return { name: 'traefik', state: 'ok', found };
  return missing('traefik', `none to bring for ${process.platform} ${process.arch}`, 'docker compose up -d --build');
}

function disk(config: LauncherConfig): Finding {
  const folder = [config.directory, dirname(config.directory), '/'].find((each) => existsSync(each)) ?? '/';
  const { bavail, bsize } = statfsSync(folder);
  const free = Math.round((bavail * bsize) / 1024 / 1024);
  if (free < 2_000)
    return missing('disk', `${free} MB free where ${folder} is; the first run needs 2 GB`, `make room on that disk`);
  return { name: 'disk', state: 'ok', found: `${Math.round(free / 1024)} GB free` };
}

function memory(): Finding {
  const total = Math.round(totalmem() / 1024 / 1024);
  if (total < 1_500) return { name: 'memory', state: 'note', found: `${total} MB: 2 GB are comfortable` };
  return { name: 'memory', state: 'ok', found: `${Math.round(total / 1024)} GB` };
}

async function gatewayPort(): Promise<Finding> {
  if (await canListen(USUAL_PORTS.gateway))
    return { name: 'port 80', state: 'ok', found: 'the gateway can listen there' };
  return { name: 'port 80', state: 'note', found: 'taken or not yours: the gateway takes 8000' };
}

async function usualPorts(config: LauncherConfig): Promise<Finding> {
  if (lockHolder(join(config.directory, 'lock')) !== undefined) {
    return { name: 'ports', state: 'ok', found: 'in use by the shop that runs' };
  }
  const ports = Object.entries(USUAL_PORTS).filter(([name]) => name !== 'gateway');
  const free = await Promise.all(ports.map(([, port]) => canListen(port)));
  const taken = ports.filter((_, index) => !free[index]).map(([name, port]) => `${port} (${name})`);
  if (taken.length === 0) return { name: 'ports', state: 'ok', found: 'the usual ones are free' };
  return { name: 'ports', state: 'note', found: `taken: ${taken.join(', ')}; free ones are chosen instead` };
}

function runningShop(config: LauncherConfig): Finding {
  const holder = lockHolder(join(config.directory, 'lock'));
  if (holder === undefined) return { name: 'shop', state: 'ok', found: 'none runs here' };
  return { name: 'shop', state: 'ok', found: `one runs (process ${holder.pid}): ./agora status, ./agora down` };
}

/** The line for this machine's package manager. */
function installLine(what: string): string {
  if (process.platform === 'darwin') return `brew install ${what === 'rabbitmq' ? 'rabbitmq' : 'node'}`;
  const server = what === 'rabbitmq' ? 'rabbitmq-server' : what;
  const managers: [string, string][] = [
    ['/usr/bin/apt-get', `sudo apt-get install ${server}`],
    ['/usr/bin/dnf', `sudo dnf install ${server}`],
    ['/usr/bin/zypper', `sudo zypper install ${server}`],
    ['/usr/bin/pacman', `sudo pacman -S ${what}`],
    ['/sbin/apk', `sudo apk add ${server}`],
  ];
  return managers.find(([program]) => existsSync(program))?.[1] ?? `install ${server} with your package manager`;
}

function missing(name: string, found: string, mend: string): Finding {
  return { name, state: 'missing', found, mend };
}

function isGlibc(): boolean {
  const report = process.report.getReport();
  return typeof report === 'object' && JSON.stringify(report).includes('"glibcVersionRuntime"');
}
