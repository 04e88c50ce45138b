import { DATABASES, type Secrets, type ServiceName } from './ensure-secrets.ts';

/**
 * What the superuser does once on a new Postgres server, one statement each (`CREATE DATABASE` refuses a transaction): a role and
 * a database per service, which no other role may open.
 */
export function databaseStatements({ databasePasswords }: Secrets): string[] {
  return [
    'REVOKE ALL ON DATABASE postgres FROM PUBLIC',
    'REVOKE ALL ON DATABASE template1 FROM PUBLIC',
    ...Object.entries(DATABASES).flatMap(([service, name]) =>
      ownDatabaseStatements(name, databasePasswords[service as ServiceName]),
    ),
  ];
}

/** A role and a database of one name, both plain identifiers. The password must be URL-safe. */
export function ownDatabaseStatements(name: string, password: string): string[] {
  return [
    `CREATE ROLE ${name} LOGIN PASSWORD '${password}' CONNECTION LIMIT 40`,
    `CREATE DATABASE ${name} OWNER ${name}`,
    // Postgres lets every role connect to every database unless told otherwise.
    `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
  ];
}
