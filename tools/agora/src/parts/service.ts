import { join } from 'node:path';
import { PROJECT_ROOT, partEnvironment, readConfig } from '../config.ts';
import { runCommand } from '../processes/run-command.ts';
import { startProcess } from '../processes/start-process.ts';
import { waitUntil } from '../processes/wait-until.ts';
import type { ServiceName } from '../secrets/service-table.ts';
import type { PartOptions, RunningPart } from './running-part.ts';

export type ServiceOptions = PartOptions & {
  readonly service: ServiceName;
  readonly internalPort: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Where Node keeps compiled code between runs. */
  readonly compileCache: string;
  /** How long it may take to drain before it is ended by force; the service's own limit is 25 s. */
  readonly patienceMs?: number;
};

/** Sources as they are: the condition makes the workspace's packages resolve to theirs as well. */
const FROM_SOURCES = ['--conditions=agora-source', '--disable-warning=ExperimentalWarning'];

const FLAGS = [
  ...FROM_SOURCES,
  '--import=@agora/telemetry/preload',
  // A small nursery: four idle services keep less, and none of them makes garbage fast enough to notice.
  '--max-semi-space-size=1',
  // Above the gateway's limit, so that the gateway is the one that refuses.
  '--max-http-header-size=32768',
];

export function serviceDirectory(service: ServiceName): string {
  return join(PROJECT_ROOT, 'services', service);
}

/** One service from its sources; ready when it says so itself. The caller stops it. */
export async function startService(options: ServiceOptions): Promise<RunningPart> {
  const { service, logFile, signal } = options;
  const running = await startProcess({
    name: service,
    command: process.execPath,
    args: [...FLAGS, 'src/main.ts'],
    cwd: serviceDirectory(service),
    env: environment(options),
    logFile,
    onSpawn: options.onSpawn,
  });
  const stop = () => running.stop('SIGTERM', options.patienceMs ?? 28_000);
  try {
    const ready = async () => signal?.throwIfAborted() ?? isReady(options.internalPort);
    await waitUntil(ready, { what: 'ready', process: running, logFile, timeoutMs: 30_000, everyMs: 25 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { processes: [running], stop };
}

/** Runs one of a service's steps that end by themselves, and answers with what it printed. */
export function runOneShot(
  service: ServiceName,
  step: 'migrate' | 'seed',
  options: Pick<ServiceOptions, 'variables' | 'compileCache' | 'signal' | 'environment'>,
): Promise<string> {
  return runCommand(process.execPath, [...FROM_SOURCES, `src/${step}.ts`], {
    cwd: serviceDirectory(service),
    env: environment(options),
    signal: options.signal,
    errorLines: 12,
  });
}

function environment({
  variables,
  compileCache,
  environment: common,
}: Pick<ServiceOptions, 'variables' | 'compileCache' | 'environment'>): NodeJS.ProcessEnv {
  return { ...partEnvironment(readConfig()), ...common, NODE_COMPILE_CACHE: compileCache, ...variables };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
