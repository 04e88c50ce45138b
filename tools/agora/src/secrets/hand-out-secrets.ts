import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { BROKER_VHOST, brokerDefinitions, type Inspector } from './broker-definitions.ts';
import { databaseStatements } from './database-statements.ts';
import { DATABASES, type Secrets, type ServiceName } from './ensure-secrets.ts';
import { makePrivateFolder, writeDerivedFile } from './secret-file.ts';

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
    'user-service': {
      database_url: databaseUrl(secrets, 'user-service'),
      jwt_secrets: secrets.jwtSecrets,
      identity_keys: secrets.identityKeys,
    },
    'product-service': { database_url: databaseUrl(secrets, 'product-service') },
    'order-service': { database_url: databaseUrl(secrets, 'order-service'), rabbitmq_url: brokerUrl(secrets, 'order') },
    'inventory-service': {
      database_url: databaseUrl(secrets, 'inventory-service'),
      rabbitmq_url: brokerUrl(secrets, 'inventory'),
    },
    postgres: {
      password: secrets.postgresPassword,
      'databases.sql': `${databaseStatements(secrets).join(';\n')};\n`,
    },
    rabbitmq: { 'definitions.json': brokerDefinitions(secrets, inspector), erlang_cookie: secrets.erlangCookie },
  };
}

function databaseUrl({ databasePasswords }: Secrets, service: ServiceName): string {
  const name = DATABASES[service];
  return `postgres://${name}:${databasePasswords[service]}@postgres:5432/${name}`;
}

function brokerUrl({ brokerPasswords }: Secrets, user: 'order' | 'inventory'): string {
  return `amqp://${user}:${brokerPasswords[user]}@rabbitmq:5672/${BROKER_VHOST}`;
}
