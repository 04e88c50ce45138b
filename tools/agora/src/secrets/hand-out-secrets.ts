import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { BROKER_VHOST, brokerDefinitions, type Inspector } from './broker-definitions.ts';
import { databaseSteps, psqlScript } from './database-statements.ts';
import { ownSecrets, type Secrets } from './ensure-secrets.ts';
import { makePrivateFolder, writeDerivedFile } from './secret-file.ts';
import { brokerUser, SERVICE_TABLE, SERVICES, type ServiceName } from './service-table.ts';

export type HandOutOptions = {
  /** Gets one folder per part, each to be shown to that part alone. */
  readonly directory: string;
  readonly inspector?: Inspector | undefined;
  /** Who runs a part: owner of its folder. Absent: whoever runs this. */
  readonly owners?: Readonly<Partial<Record<string, number>>>;
};

/**
 * Writes for each part what that part needs to know and nothing else: passwords inside the addresses they belong to, as the
 * containers name each other, and the files that Postgres and RabbitMQ set themselves up with. Can run any number of times.
 */
export function handOutSecrets(secrets: Secrets, { directory, inspector, owners = {} }: HandOutOptions): void {
  for (const [part, files] of Object.entries(filesByPart(secrets, inspector))) {
    const folder = join(directory, part);
    makePrivateFolder(folder);
    const owner = owners[part];
    for (const [name, content] of Object.entries(files)) {
      const file = join(folder, name);
      writeDerivedFile(file, content);
      if (owner !== undefined) chownSync(file, owner, owner);
      chmodSync(file, 0o600);
    }
    if (owner !== undefined) chownSync(folder, owner, owner);
  }
}

function filesByPart(secrets: Secrets, inspector: Inspector | undefined): Record<string, Record<string, string>> {
  return {
    ...Object.fromEntries(SERVICES.map((service) => [service, serviceFiles(secrets, service)])),
    postgres: {
      password: secrets.postgresPassword,
      'databases.sql': psqlScript(databaseSteps(secrets)),
    },
    rabbitmq: { 'definitions.json': brokerDefinitions(secrets, inspector), erlang_cookie: secrets.erlangCookie },
  };
}

function serviceFiles(secrets: Secrets, service: ServiceName): Record<string, string> {
  const { database, secrets: own = [] } = SERVICE_TABLE[service];
  const broker = brokerUser(service).map((user) => [
    'rabbitmq_url',
    `amqp://${user}:${secrets.brokerPasswords[user]}@rabbitmq:5672/${BROKER_VHOST}`,
  ]);
  return {
    database_url: `postgres://${database}:${secrets.databasePasswords[service]}@postgres:5432/${database}`,
    ...Object.fromEntries(own.map((name) => [name.toLowerCase(), ownSecrets(secrets)[name]])),
    ...Object.fromEntries(broker),
  };
}
