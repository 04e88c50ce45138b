import type { LauncherConfig } from '../config.ts';
import { endLeftovers } from '../instance/end-leftovers.ts';
import { type Report, reported } from './progress.ts';
import { type RunningShop, runShop } from './run-shop.ts';
import { summary } from './shop-summary.ts';

export type ForegroundOptions = {
  readonly config: LauncherConfig;
  readonly mode: 'up' | 'dev';
  readonly fresh: boolean;
  readonly port?: number | undefined;
  readonly report: Report;
  /** Told once, when everything runs. */
  readonly onReady: (text: string) => void;
  /** Runs beside the shop, until the signal. */
  readonly beside?: (shop: RunningShop, signal: AbortSignal) => void;
};

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a shop until it is told to end; answers with the exit code. A second signal does not wait for anything to drain. */
export async function runInForeground(options: ForegroundOptions): Promise<number> {
  const { config, report } = options;
  const told = new AbortController();
  const end = () => {
    if (told.signal.aborted) void endByForce(config, report);
    else report({ kind: 'note', text: 'stopping; a second time does not wait for anything to drain' });
    told.abort(new Error('stopped'));
  };
  for (const signal of ENDING) process.on(signal, end);
  const begin = performance.now();
  let shop: RunningShop;
  try {
    shop = await runShop({ ...options, signal: told.signal });
  } catch (error) {
    if (told.signal.aborted) return 130;
    throw error;
  }
  const { ports, externalBroker } = shop.state.current;
  const seconds = (performance.now() - begin) / 1000;
  options.onReady(summary({ ports, externalBroker, admin: shop.admin, seconds }));
  options.beside?.(shop, told.signal);
  await untilAborted(told.signal);
  await reported(report, 'stopped', 'gateway, services, broker, database', () => shop.stop());
  return 0;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // A timer keeps the process alive: signals and children that write to files do not.
  const awake = setInterval(() => {}, 60_000);
  const done = () => {
    clearInterval(awake);
    resolve();
  };
  if (signal.aborted) done();
  else signal.addEventListener('abort', done, { once: true });
  return promise;
}

async function endByForce(config: LauncherConfig, report: Report): Promise<void> {
  report({ kind: 'note', text: 'again: ending everything without waiting' });
  await endLeftovers(config.directory, 'SIGKILL');
}
