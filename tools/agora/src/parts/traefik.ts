import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { PROJECT_ROOT, partEnvironment, readConfig } from '../config.ts';
import { findTraefik } from '../downloads/traefik-program.ts';
import { startProcess } from '../processes/start-process.ts';
import { waitUntil } from '../processes/wait-until.ts';
import type { PartOptions, RunningPart } from './running-part.ts';

export type TraefikOptions = PartOptions & {
  /** For the static configuration that is written for this machine. */
  readonly directory: string;
  readonly ports: { readonly web: number; readonly dashboard: number; readonly internal: number };
  /** What dynamic.yml reads: upstreams and limits. */
  readonly variables: Readonly<Record<string, string>>;
  readonly program?: string;
};

/** The real gateway with the project's own routes, on 127.0.0.1. The caller stops it. */
export async function startTraefik(options: TraefikOptions): Promise<RunningPart> {
  const config = readConfig();
  const { ports, logFile, signal } = options;
  const program = options.program ?? (await findTraefik(config, { signal })).program;
  const staticFile = await writeStaticConfiguration(options);
  signal?.throwIfAborted();
  const gateway = await startProcess({
    name: 'gateway',
    command: program,
    args: [`--configFile=${staticFile}`],
    cwd: options.directory,
    env: { ...partEnvironment(config), ...options.environment, ...options.variables },
    logFile,
    onSpawn: options.onSpawn,
  });
  const stop = () => gateway.stop('SIGTERM', 15_000);
  try {
    const ready = async () => signal?.throwIfAborted() ?? hasRoutes(ports);
    await waitUntil(ready, { what: 'routing', process: gateway, logFile, timeoutMs: 20_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { processes: [gateway], stop };
}

/** The shared file with this machine's addresses: Traefik takes no other settings beside a file, and no templates in it. */
async function writeStaticConfiguration({ directory, ports }: TraefikOptions): Promise<string> {
  await mkdir(directory, { recursive: true });
  const shared = parse(await readFile(join(PROJECT_ROOT, 'traefik/traefik.yml'), 'utf8'));
  const { web, internal, traefik } = shared.entryPoints;
  const at = (port: number) => ({ address: `127.0.0.1:${port}` });
  const own = {
    ...shared,
    entryPoints: {
      ...shared.entryPoints,
      web: { ...web, ...at(ports.web) },
      internal: { ...internal, ...at(ports.internal) },
      traefik: { ...traefik, ...at(ports.dashboard) },
    },
    providers: { file: { ...shared.providers.file, filename: join(PROJECT_ROOT, 'traefik/dynamic.yml') } },
  };
  const file = join(directory, 'traefik.yml');
  await writeFile(file, stringify(own));
  return file;
}

/** Ping says OK without a single route, so ask for one: without a service behind it, and without a token, it is not 404. */
async function hasRoutes(ports: TraefikOptions['ports']): Promise<boolean> {
  try {
    const ping = await fetch(`http://127.0.0.1:${ports.internal}/ping`, { signal: AbortSignal.timeout(1_000) });
    await ping.body?.cancel();
    const route = await fetch(`http://127.0.0.1:${ports.web}/orders/`, { signal: AbortSignal.timeout(2_000) });
    await route.body?.cancel();
    return ping.ok && route.status !== 404;
  } catch {
    return false;
  }
}
