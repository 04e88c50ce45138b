import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { findRabbitmq } from '../downloads/rabbitmq-program.ts';
import { findTraefik } from '../downloads/traefik-program.ts';
import { INSTANCE_VARIABLE } from '../instance/end-leftovers.ts';
import { createDatabases } from '../parts/create-databases.ts';
import { startPostgres } from '../parts/postgres.ts';
import { startRabbitmq } from '../parts/rabbitmq.ts';
import type { RunningPart } from '../parts/running-part.ts';
import { startService } from '../parts/service.ts';
import { startTraefik } from '../parts/traefik.ts';
import { brokerDefinitions } from '../secrets/broker-definitions.ts';
import { writeDerivedFile } from '../secrets/secret-file.ts';
import type { ServiceName } from '../secrets/service-table.ts';
import { gatewayEnvironment, INSPECTOR, type ShopAddresses, serviceEnvironment } from '../services.ts';

/** What each part of a shop is started with. */
export type PartContext = {
  readonly directory: string;
  readonly addresses: ShopAddresses;
  readonly logFile: string;
  readonly onSpawn: (process: string, pid: number) => void;
  readonly doing: (what: string) => void;
  readonly signal: AbortSignal;
  readonly servicePatienceMs?: number | undefined;
};

export async function startBrokerPart(context: PartContext): Promise<RunningPart> {
  const { directory, addresses, doing, signal } = context;
  const onDownload = (what: string) => doing(`fetching ${what}`);
  const program = await findRabbitmq(readConfig(), { signal, onDownload });
  const definitionsFile = join(directory, 'secrets/rabbitmq-definitions.json');
  writeDerivedFile(definitionsFile, brokerDefinitions(addresses.secrets, INSPECTOR));
  doing('booting');
  return startRabbitmq({
    ...common(context),
    dataDirectory: join(directory, 'rabbitmq'),
    port: addresses.ports.rabbitmq,
    managementPort: addresses.ports['rabbitmq-management'],
    definitionsFile,
    program,
  });
}

export async function startDatabasePart(context: PartContext): Promise<RunningPart> {
  const { directory, addresses } = context;
  const postgres = await startPostgres({
    ...common(context),
    dataDirectory: join(directory, 'postgres'),
    port: addresses.ports.postgres,
    password: addresses.secrets.postgresPassword,
  });
  try {
    await createDatabases(postgres.url, addresses.secrets);
    return postgres;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

export async function startGatewayPart(context: PartContext): Promise<RunningPart> {
  const { directory, addresses, doing, signal } = context;
  const onDownload = (what: string) => doing(`fetching ${what}`);
  const { program } = await findTraefik(readConfig(), { signal, onDownload });
  doing('starting');
  const { gateway: web, 'gateway-dashboard': dashboard, 'gateway-internal': internal } = addresses.ports;
  return startTraefik({
    ...common(context),
    directory: join(directory, 'traefik'),
    ports: { web, dashboard, internal },
    variables: gatewayEnvironment(addresses),
    program,
  });
}

export function startServicePart(service: ServiceName, context: PartContext): Promise<RunningPart> {
  const { addresses, servicePatienceMs: patienceMs } = context;
  return startService({
    ...common(context),
    service,
    internalPort: addresses.ports[`${service}-internal`],
    variables: serviceEnvironment(service, addresses),
    compileCache: compileCache(),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
}

export function common({ directory, logFile, onSpawn, signal }: PartContext) {
  return { logFile, onSpawn, signal, environment: { [INSTANCE_VARIABLE]: directory } };
}

/** Beside the downloads: it outlives `--fresh`, and Node tells its own versions apart. */
export function compileCache(): string {
  return join(readConfig().cacheDirectory, 'compiled');
}
