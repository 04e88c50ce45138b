import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { lockHolder } from '../instance/instance-lock.ts';
import { type RunState, readRunState } from '../instance/run-state.ts';
import { isSame } from '../processes/process-identity.ts';
import { proportionalMemory } from '../processes/process-memory.ts';
import { SERVICES } from '../secrets/service-table.ts';
import { type PortName, servicePorts } from '../services.ts';
import { readServiceHealth } from './service-health.ts';
import { gatewayUrl } from './shop-summary.ts';

export type PartStatus = {
  readonly name: string;
  /** Of its main process; absent while it is down. */
  readonly pid: number | undefined;
  readonly ports: Readonly<Record<string, number>>;
  /** `ok`, `degraded` or `down`. */
  readonly health: string;
  readonly detail: string;
  readonly memoryBytes: number | undefined;
};

export type ShopStatus = {
  readonly running: boolean;
  readonly directory: string;
  readonly url?: string;
  readonly mode?: RunState['mode'];
  readonly startedAt?: string;
  /** False while it starts. */
  readonly ready?: boolean;
  readonly launcherPid?: number;
  /** What a launcher that was killed left running. */
  readonly leftovers?: readonly string[];
  readonly parts: readonly PartStatus[];
};

/** Which ports belong to which part, by what they are for. */
const PARTS: Readonly<Record<string, Readonly<Record<string, PortName>>>> = {
  gateway: { http: 'gateway', dashboard: 'gateway-dashboard', internal: 'gateway-internal' },
  ...Object.fromEntries(SERVICES.map((service) => [service, servicePorts(service)])),
  rabbitmq: { amqp: 'rabbitmq', management: 'rabbitmq-management' },
  postgres: { postgres: 'postgres' },
};

/** What runs in this folder, asked now. */
export async function readShopStatus(directory: string): Promise<ShopStatus> {
  const state = readRunState(directory);
  const launcher = lockHolder(join(directory, 'lock'));
  if (state === undefined || launcher === undefined) {
    return {
      running: false,
      directory,
      leftovers: state?.processes.filter(isSame).map(({ name }) => name) ?? [],
      parts: [],
    };
  }
  const names = Object.keys(PARTS).filter((name) => name !== 'rabbitmq' || !state.externalBroker);
  return {
    running: true,
    directory,
    url: gatewayUrl(state.ports),
    mode: state.mode,
    startedAt: state.startedAt,
    ready: state.ready,
    launcherPid: launcher.pid,
    parts: await Promise.all(names.map((name) => partStatus(name, state))),
  };
}

async function partStatus(name: string, state: RunState): Promise<PartStatus> {
  const processes = state.processes.filter(({ part }) => part === name);
  const alive = processes.filter(isSame);
  const ports = Object.fromEntries(Object.entries(PARTS[name] ?? {}).map(([use, port]) => [use, state.ports[port]]));
  const { status, detail } = await health(name, ports);
  const memoryBytes = alive.length === 0 ? undefined : proportionalMemory(alive.map(({ pid }) => pid));
  const pid = alive.find((each) => each.name === name)?.pid;
  return { name, pid, ports, health: status, detail, memoryBytes };
}

async function health(name: string, ports: Readonly<Record<string, number>>) {
  const { internal = 0, amqp, postgres } = ports;
  if (name.endsWith('-service')) return readServiceHealth(internal);
  const isUp = name === 'gateway' ? await pings(internal) : await accepts(amqp ?? postgres ?? 0);
  return isUp ? { status: 'ok', detail: '' } : { status: 'down', detail: 'does not answer' };
}

async function pings(port: number): Promise<boolean> {
  const url = `http://127.0.0.1:${port}/ping`;
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
