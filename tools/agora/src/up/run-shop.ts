import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { type LauncherConfig, readSettings } from '../config.ts';
import { checkDataSchema } from '../instance/data-schema.ts';
import { endLeftovers } from '../instance/end-leftovers.ts';
import { acquireLock } from '../instance/instance-lock.ts';
import { createRunState, type RunStateFile } from '../instance/run-state.ts';
import { identify, type ProcessIdentity } from '../processes/process-identity.ts';
import { ensureSecrets } from '../secrets/ensure-secrets.ts';
import { SETTINGS } from '../services.ts';
import { choosePorts } from './choose-ports.ts';
import { deleteData } from './delete-data.ts';
import type { Report } from './progress.ts';
import { type Shop, startShop } from './start-shop.ts';

export type RunOptions = {
  readonly config: LauncherConfig;
  readonly mode: 'up' | 'dev';
  readonly fresh: boolean;
  /** For the gateway; 0 is any free one. */
  readonly port?: number | undefined;
  readonly report: Report;
  readonly signal: AbortSignal;
};

export type RunningShop = Shop & { readonly state: RunStateFile };

class AlreadyRunningError extends Error {
  readonly holder: ProcessIdentity;

  constructor(holder: ProcessIdentity, directory: string) {
    super(
      `a shop runs here already (process ${holder.pid}, ${directory}): ./agora status shows it, ./agora down stops it`,
    );
    this.holder = holder;
  }
}

const LEAST_FREE_BYTES = 500 * 1024 * 1024;

/** One shop per folder: takes its lock, ends what a killed one left, and starts. `stop` gives everything back. */
export async function runShop(options: RunOptions): Promise<RunningShop> {
  const { config, report, signal } = options;
  const { directory } = config;
  makeFolder(directory);
  const lock = acquireLock(join(directory, 'lock'));
  if (!lock.held) throw new AlreadyRunningError(lock.holder, directory);
  let state: RunStateFile | undefined;
  const giveBack = () => {
    state?.remove();
    lock.release();
  };
  try {
    const ended = await endLeftovers(directory);
    if (ended.length > 0) report({ kind: 'note', text: `ended what a killed run had left: ${ended.join(', ')}` });
    if (options.fresh) await deleteData(directory);
    checkDataSchema(directory);
    checkDisk(directory);
    keepPreviousLogs(join(directory, 'logs'));
    const { ports, notes } = await choosePorts({ gateway: options.port });
    for (const text of notes) report({ kind: 'note', text });
    const me = identify(process.pid);
    if (me === undefined) throw new Error('this process has no start time');
    state = createRunState(directory, {
      launcher: me,
      mode: options.mode,
      startedAt: new Date().toISOString(),
      ready: false,
      ports,
      externalBroker: config.rabbitmqUrl !== undefined,
      processes: [],
    });
    const shop = await startShop({
      directory,
      secrets: ensureSecrets(join(directory, 'secrets')),
      settings: readSettings(SETTINGS),
      state,
      rabbitmqUrl: config.rabbitmqUrl,
      report,
      signal,
      ...(options.mode === 'dev' ? { servicePatienceMs: 400 } : {}),
    });
    return {
      ...shop,
      state,
      async stop() {
        await shop.stop();
        giveBack();
      },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}

function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (error) {
    throw new Error(`${directory} cannot be written to: set AGORA_DIRECTORY to a folder of yours`, { cause: error });
  }
}

function checkDisk(directory: string): void {
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < LEAST_FREE_BYTES) {
    const free = Math.round((bavail * bsize) / 1024 / 1024);
    throw new Error(
      `only ${free} MB are free where ${directory} is, and the shop needs 500 MB: make room, or set AGORA_DIRECTORY to a folder on another disk`,
    );
  }
}

/** Logs are of one run; those of the run before stay beside them. */
function keepPreviousLogs(logs: string): void {
  mkdirSync(logs, { recursive: true });
  for (const name of readdirSync(logs)) {
    if (/^[a-z-]+\.log$/.test(name) && name !== 'agora.log' && existsSync(join(logs, name))) {
      renameSync(join(logs, name), join(logs, name.replace(/\.log$/, '.previous.log')));
    }
  }
}
