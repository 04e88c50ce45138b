import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isSame, type ProcessIdentity } from '../processes/process-identity.ts';
import { readRunState, removeRunState } from './run-state.ts';

/** In the environment of everything that a shop starts: its folder. */
export const INSTANCE_VARIABLE = 'AGORA_INSTANCE';

/** As in a good stop: gateway and services before the broker and the database that they talk to. */
const STOP_ORDER: readonly ((part: string) => boolean)[] = [
  (part) => part === 'gateway',
  (part) => part.endsWith('-service'),
  (part) => part === 'rabbitmq',
  (part) => part === 'postgres',
];

/**
 * Ends what a launcher that was killed left running, and answers with the names. A process is touched only when its pid
 * and its start time are those written down, or when it carries this shop's folder in its environment. `force` skips the
 * asking.
 */
export async function endLeftovers(directory: string, force?: 'SIGKILL'): Promise<string[]> {
  const recorded = (readRunState(directory)?.processes ?? []).filter(isSame);
  for (const isNext of STOP_ORDER) {
    const next = recorded.filter(({ part }) => isNext(part));
    await end(next, force ?? (next.some(({ part }) => part === 'postgres') ? 'SIGINT' : 'SIGTERM'));
  }
  const strays = carryingMark(directory);
  await end(strays, force ?? 'SIGTERM');
  removeRunState(directory);
  return [...recorded.map(({ name }) => name), ...strays.map(({ pid }) => `process ${pid}`)];
}

async function end(processes: readonly ProcessIdentity[], signal: NodeJS.Signals): Promise<void> {
  for (const each of processes) send(each, signal);
  const deadline = performance.now() + 10_000;
  while (processes.some(isSame) && performance.now() < deadline) await delay(50);
  for (const each of processes) if (isSame(each)) send(each, 'SIGKILL');
  while (processes.some(isSame) && performance.now() < deadline + 2_000) await delay(20);
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Started, but killed together with the launcher before it could be written down. Linux alone can tell. */
function carryingMark(directory: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || !hasMark(pid, directory)) return [];
    const identity = identify(pid);
    return identity === undefined ? [] : [identity];
  });
}

function hasMark(pid: number, directory: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${INSTANCE_VARIABLE}=${directory}`);
  } catch {
    return false;
  }
}
