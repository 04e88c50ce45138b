import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { partEnvironment, readConfig } from '../config.ts';
import { findRabbitmq, type RabbitmqProgram } from '../downloads/rabbitmq-program.ts';
import { freePort } from '../processes/free-port.ts';
import { runCommand } from '../processes/run-command.ts';
import { type RunningProcess, startProcess } from '../processes/start-process.ts';
import { waitUntil } from '../processes/wait-until.ts';
import type { PartOptions, RunningPart } from './running-part.ts';

export type RabbitmqOptions = PartOptions & {
  /** The node's data, configuration and cookie. Made when absent, kept when stopped. */
  readonly dataDirectory: string;
  /** Free ones when absent. */
  readonly port?: number;
  readonly managementPort?: number;
  /** A definitions file to load at every start. Without one there is the user guest/guest, an administrator. */
  readonly definitionsFile?: string;
  /** Found or fetched when absent. */
  readonly program?: RabbitmqProgram;
};

export type RunningRabbitmq = RunningPart & {
  /** For guest/guest; with a definitions file its users decide who may use it. */
  readonly url: string;
  readonly managementUrl: string;
  readonly port: number;
  readonly managementPort: number;
  readonly pid: number;
};

/** A real RabbitMQ with its management page, a node and an epmd of its own, all on 127.0.0.1. The caller stops it. */
export async function startRabbitmq(options: RabbitmqOptions): Promise<RunningRabbitmq> {
  const config = readConfig();
  const { signal, logFile, onSpawn } = options;
  const program = options.program ?? (await findRabbitmq(config, { signal }));
  const port = options.port ?? (await freePort());
  const managementPort = options.managementPort ?? (await freePort());
  const files = await writeConfiguration(options, port, managementPort);
  // A node that was killed while it made its first database may refuse it ever after, and there is nothing in it yet.
  const booted = join(options.dataDirectory, 'booted');
  if (!existsSync(booted)) await rm(join(options.dataDirectory, 'mnesia'), { recursive: true, force: true });
  const epmdPort = await freePort();
  const env = {
    ...partEnvironment(config),
    ...options.environment,
    PATH: program.path,
    ...nodeEnvironment(options.dataDirectory, files),
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_DIST_PORT: String(await freePort()),
  };
  signal?.throwIfAborted();
  // Started by us and in the foreground: Erlang's own would stay for ever, and would listen on every interface.
  const epmd = await startProcess({
    name: 'epmd',
    command: program.epmd,
    args: ['-port', String(epmdPort)],
    cwd: options.dataDirectory,
    env,
    logFile,
    onSpawn,
  });
  const processes: RunningProcess[] = [epmd];
  const stop = async () => {
    if (processes.length > 1) await hastenShutdown(program, env);
    for (const each of processes) await each.stop('SIGTERM', 20_000);
  };
  try {
    const node = await startProcess({
      name: 'rabbitmq',
      command: program.server,
      args: ['-noinput'],
      cwd: options.dataDirectory,
      env,
      logFile,
      onSpawn,
    });
    processes.unshift(node);
    const ready = async () => {
      signal?.throwIfAborted();
      return (await speaksAmqp(port)) && (await answersHttp(managementPort));
    };
    await waitUntil(ready, { what: 'ready', process: node, logFile, timeoutMs: 90_000, everyMs: 100 });
    await writeFile(booted, '');
    return {
      url: `amqp://guest:guest@127.0.0.1:${port}`,
      managementUrl: `http://127.0.0.1:${managementPort}`,
      port,
      managementPort,
      pid: node.pid,
      processes,
      stop,
    };
  } catch (error) {
    await processes[0]?.stop('SIGKILL');
    await stop();
    throw error;
  }
}

/**
 * On SIGTERM the management plugin's event handler asks, while it ends, the very process that waits for it, and both sit
 * out a timeout of 5 s. Removed beforehand it ends at once. When this cannot be done the node stops all the same, later.
 */
async function hastenShutdown(program: RabbitmqProgram, env: NodeJS.ProcessEnv): Promise<void> {
  if (program.erlCall === undefined) return;
  const call = 'gen_event delete_handler [rabbit_event,rabbit_mgmt_db_handler,stop]';
  const signal = AbortSignal.timeout(2_000);
  await runCommand(program.erlCall, ['-sname', NODE_NAME, '-a', call], { env, signal }).catch(() => {});
}

// The data folder carries the node's name, so the name is always the same; epmd is the one that tells nodes apart.
const NODE_NAME = 'agora@localhost';

type ConfigurationFiles = { readonly conf: string; readonly plugins: string; readonly env: string };

async function writeConfiguration(
  options: RabbitmqOptions,
  port: number,
  managementPort: number,
): Promise<ConfigurationFiles> {
  const directory = options.dataDirectory;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const conf = join(directory, 'rabbitmq.conf');
  const plugins = join(directory, 'enabled_plugins');
  const env = join(directory, 'rabbitmq-env.conf');
  const definitions = options.definitionsFile === undefined ? [] : [`load_definitions = ${options.definitionsFile}`];
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${managementPort}`,
    'log.console.level = info',
    ...definitions,
  ];
  await writeFile(conf, `${lines.join('\n')}\n`);
  await writeFile(plugins, '[rabbitmq_management].\n');
  // Empty, and named, so that the system's own file of that kind is not read.
  await writeFile(env, '');
  return { conf, plugins, env };
}

function nodeEnvironment(directory: string, files: ConfigurationFiles): NodeJS.ProcessEnv {
  return {
    HOME: directory,
    RABBITMQ_NODENAME: NODE_NAME,
    RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: files.conf,
    RABBITMQ_CONF_ENV_FILE: files.env,
    RABBITMQ_ENABLED_PLUGINS_FILE: files.plugins,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    // Read by epmd itself.
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // Makes the start script become the Erlang process instead of watching over it: one pid, and signals reach it.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}

/** A listening port is not enough: the node opens it before it takes connections. */
async function speaksAmqp(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(1_000) });
    socket.write('AMQP\0\0\u0009\u0001');
    const [start] = await once(socket, 'data', { signal: AbortSignal.timeout(1_000) });
    return start instanceof Buffer && start[0] === 1;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function answersHttp(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/overview`, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.status === 401 || response.ok;
  } catch {
    return false;
  }
}
