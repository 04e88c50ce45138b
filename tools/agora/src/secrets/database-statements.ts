import { DATABASES, type Secrets, type ServiceName } from './ensure-secrets.ts';

/**
 * What the superuser does once on a new Postgres server, one statement each (`CREATE DATABASE` refuses a transaction): a role and
 * a database per service, which no other role may open.
 */
export function databaseStatements({ databasePasswords }: Secrets): string[] {
  return [
    'REVOKE ALL ON DATABASE postgres FROM PUBLIC',
    'REVOKE ALL ON DATABASE template1 FROM PUBLIC',
    ...Object.entries(DATABASES).flatMap(([service, name]) => [
      `CREATE ROLE ${name} LOGIN PASSWORD '${databasePasswords[service as ServiceName]}' CONNECTION LIMIT 40`,
      `CREATE DATABASE ${name} OWNER ${name}`,
      `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
    ]),
  ];
}
