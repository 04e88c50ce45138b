import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { partEnvironment, readConfig } from '../config.ts';
import { freePort } from '../processes/free-port.ts';
import { runCommand } from '../processes/run-command.ts';
import { startProcess } from '../processes/start-process.ts';
import { waitUntil } from '../processes/wait-until.ts';
import { type PostgresHome, preparePostgresHome } from './postgres-home.ts';
import type { PartOptions, RunningPart } from './running-part.ts';

export type PostgresOptions = PartOptions & {
  /** Owned by the server: its data, and the superuser's generated password. Made when absent, kept when stopped. */
  readonly dataDirectory: string;
  /** A free one when absent. */
  readonly port?: number;
  /** The superuser's, on a first start; generated and kept in the data directory when absent. */
  readonly password?: string;
  /** False gives up the promise to survive a power cut, for test runs. */
  readonly durable?: boolean;
};

export type RunningPostgres = RunningPart & {
  /** As superuser, to the database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
};

/** A real Postgres on 127.0.0.1, reachable by password only. The caller stops it. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { dataDirectory, logFile, signal } = options;
  const home = await preparePostgresHome(dataDirectory);
  const password = options.password ?? (await superuserPassword(dataDirectory));
  if (!(await isInitialized(home))) await initialize(home, password, signal);
  await removeStalePidFile(home);
  const port = options.port ?? (await freePort());
  const server = await startProcess({
    name: 'postgres',
    command: join(home.bin, 'postgres'),
    args: ['-D', home.data, ...settings(port, options.durable ?? true)],
    cwd: home.data,
    env: { ...environment(), ...options.environment },
    logFile,
    ...(home.user === undefined ? {} : { user: home.user }),
    onSpawn: options.onSpawn,
  });
  // SIGINT is Postgres' "fast" stop: it rolls back what is open instead of waiting for its clients to leave.
  const stop = () => server.stop('SIGINT', 15_000);
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  try {
    const ready = async () => signal?.throwIfAborted() ?? answers(url);
    await waitUntil(ready, { what: 'ready', process: server, logFile, timeoutMs: 30_000, everyMs: 20 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, port, pid: server.pid, processes: [server], stop };
}

function settings(port: number, durable: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    // The shop's tables are small: less shared memory to set up, and the start is quicker.
    shared_buffers: '64MB',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function superuserPassword(directory: string): Promise<string> {
  const file = join(directory, 'superuser-password');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

async function isInitialized(home: PostgresHome): Promise<boolean> {
  return access(join(home.data, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

// Under another name until it is complete, so that one that was cut short is never mistaken for a database.
async function initialize(home: PostgresHome, password: string, signal?: AbortSignal): Promise<void> {
  const unfinished = `${home.data}.unfinished`;
  const passwordFile = `${home.data}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
  if (home.user !== undefined) {
    await chown(unfinished, home.user.uid, home.user.gid);
    await chown(passwordFile, home.user.uid, home.user.gid);
  }
  const login = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const run = { env: environment(), cwd: '/', signal, ...(home.user === undefined ? {} : { user: home.user }) };
  try {
    // Without its own flush to disk, which costs seconds on a slow one: until the rename there is nothing to lose.
    const format = ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
    await runCommand(join(home.bin, 'initdb'), [`--pgdata=${unfinished}`, ...login, ...format], run);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, home.data);
}

// A server that was killed leaves its pid file, and refuses to start while any process has that number.
async function removeStalePidFile(home: PostgresHome): Promise<void> {
  const file = join(home.data, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid)) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (process.platform === 'linux' && !command.includes('postgres')) await rm(file, { force: true });
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function environment(): NodeJS.ProcessEnv {
  return { ...partEnvironment(readConfig()), LC_ALL: 'C' };
}
