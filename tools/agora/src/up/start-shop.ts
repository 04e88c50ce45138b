import type { RunStateFile } from '../instance/run-state.ts';
import type { RunningPart } from '../parts/running-part.ts';
import type { Secrets } from '../secrets/ensure-secrets.ts';
import { SERVICES, USES_BROKER } from '../secrets/service-table.ts';
import type { Settings, ShopAddresses } from '../services.ts';
import { type Admin, prepareDatabase } from './prepare-database.ts';
import { type Report, reported, type Step } from './progress.ts';
import {
  type PartContext,
  startBrokerPart,
  startDatabasePart,
  startGatewayPart,
  startServicePart,
} from './shop-parts.ts';
import { type SupervisedPart, supervise } from './supervise.ts';
import { waitUntilWhole } from './wait-until-whole.ts';

export type ShopOptions = {
  /** Data, logs and secrets. */
  readonly directory: string;
  readonly secrets: Secrets;
  readonly settings: Settings;
  readonly state: RunStateFile;
  readonly rabbitmqUrl?: string | undefined;
  readonly report: Report;
  /** Ends the start. */
  readonly signal: AbortSignal;
  /** How long a service may take to drain. */
  readonly servicePatienceMs?: number;
};

export type Shop = {
  /** Only where the demo data was loaded just now: the password is shown once. */
  readonly admin: Admin | undefined;
  restart(part: string): Promise<void>;
  /** Gateway, services, broker, database: each after those that use it. */
  stop(): Promise<void>;
};

/** Starts everything, side by side wherever nothing waits for the other, and keeps it running until it is stopped. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const { directory, state, secrets, settings, rabbitmqUrl } = options;
  const parts = new Map<string, SupervisedPart>();
  const abort = new AbortController();
  const signal = AbortSignal.any([options.signal, abort.signal]);
  const addresses: ShopAddresses = { ports: state.current.ports, secrets, settings, rabbitmqUrl };
  // Once the start is over for one part, the others have not failed: they were ended.
  const report: Report = (event) =>
    options.report(event.kind === 'failed' && signal.aborted ? { kind: 'cancelled', part: event.part } : event);
  const stop = async () => {
    abort.abort();
    for (const names of [['gateway'], SERVICES, ['rabbitmq'], ['postgres']]) {
      await Promise.all(names.map((name) => parts.get(name)?.stop()));
    }
  };

  const context = (name: string, step: Step): Omit<PartContext, 'signal'> => ({
    directory,
    addresses,
    logFile: `${directory}/logs/${name}.log`,
    onSpawn: (process, pid) => state.processStarted(name, process, pid),
    doing: (what) => step.doing(what),
    servicePatienceMs: options.servicePatienceMs,
  });
  const keep = async (name: string, step: Step, start: (context: PartContext) => Promise<RunningPart>) => {
    const given = context(name, step);
    const part = await supervise({
      name,
      logFile: given.logFile,
      start: (over) => start({ ...given, signal: AbortSignal.any([signal, over]) }),
      note: (text) => report({ kind: 'note', text }),
      ended: () => state.partEnded(name),
    });
    parts.set(name, part);
  };

  // The broker takes longest, so it goes first.
  const broker =
    rabbitmqUrl === undefined
      ? reported(report, 'rabbitmq', 'starting', (step) => keep('rabbitmq', step, startBrokerPart))
      : Promise.resolve();
  const database = reported(report, 'postgres', 'starting', (step) => keep('postgres', step, startDatabasePart));
  const services = SERVICES.map(async (service) => {
    await database;
    return reported(report, service, 'migrations', async (step) => {
      const admin = await prepareDatabase(service, { ...context(service, step), signal });
      if (USES_BROKER.includes(service)) {
        // It would start without one, and then find it only at its next attempt to connect.
        step.doing('waiting for the broker');
        await broker;
      }
      step.doing('starting');
      await keep(service, step, (given) => startServicePart(service, given));
      return admin;
    });
  });
  const gateway = reported(report, 'gateway', 'starting', (step) => keep('gateway', step, startGatewayPart));
  const all = [broker, database, gateway, ...services];

  try {
    const [admins] = await Promise.all([Promise.all(services), ...all]);
    await reported(report, 'shop', 'connecting', () => waitUntilWhole(addresses.ports, signal));
    state.ready();
    const restart = async (name: string) => parts.get(name)?.restart();
    return { admin: admins.find((admin) => admin !== undefined), restart, stop };
  } catch (error) {
    abort.abort();
    await Promise.allSettled(all);
    await stop();
    // What failed was reported where it happened.
    throw new Error('the shop did not start, see ✗ above; what had started is stopped again', { cause: error });
  }
}
