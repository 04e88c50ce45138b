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
    const ready = async () => signal?.throwIfAborted() ?? hasRoutes(ports.dashboard);
    await waitUntil(ready, {
      what: 'ready with every route of traefik/dynamic.yml',
      process: gateway,
      logFile,
      timeoutMs: 20_000,
    });
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

/** Ping says OK without a single route, so ask what it made of dynamic.yml. */
async function hasRoutes(dashboardPort: number): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${dashboardPort}/api/http/routers`;
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const routers = await response.json();
    if (!response.ok || !Array.isArray(routers)) return false;
    return routers.length > 0 && routers.every(({ status }) => status === 'enabled');
  } catch {
    return false;
  }
}
