import type { Secrets } from './ensure-secrets.ts';
import { SERVICE_TABLE, SERVICES } from './service-table.ts';

/** One statement of the superuser (`CREATE DATABASE` refuses a transaction), and the query that finds a row where it is done. */
export type DatabaseStep = { readonly statement: string; readonly doneWhen?: string };

/**
 * What makes a Postgres server ready, new or not: a role and a database per service, which no other role may open. Each step
 * can run again, so a service that comes later gets its database beside the others.
 */
export function databaseSteps({ databasePasswords }: Secrets): DatabaseStep[] {
  return [
    { statement: 'REVOKE ALL ON DATABASE postgres FROM PUBLIC' },
    { statement: 'REVOKE ALL ON DATABASE template1 FROM PUBLIC' },
    ...SERVICES.flatMap((name) => ownDatabaseSteps(SERVICE_TABLE[name].database, databasePasswords[name])),
  ];
}

/** A role and a database of one name, both plain identifiers. The password must be URL-safe. */
export function ownDatabaseSteps(name: string, password: string): DatabaseStep[] {
  return [
    {
      statement: `CREATE ROLE ${name} LOGIN PASSWORD '${password}' CONNECTION LIMIT 40`,
      doneWhen: `SELECT FROM pg_roles WHERE rolname = '${name}'`,
    },
    {
      statement: `CREATE DATABASE ${name} OWNER ${name}`,
      doneWhen: `SELECT FROM pg_database WHERE datname = '${name}'`,
    },
    // Postgres lets every role connect to every database unless told otherwise.
    { statement: `REVOKE ALL ON DATABASE ${name} FROM PUBLIC` },
  ];
}

/** The same for psql, which runs what a query answers with (`\\gexec`). */
export function psqlScript(steps: readonly DatabaseStep[]): string {
  const lines = steps.map(({ statement, doneWhen }) =>
    doneWhen === undefined ? `${statement};` : `SELECT $do$${statement}$do$ WHERE NOT EXISTS (${doneWhen}) \\gexec`,
  );
  return `${lines.join('\n')}\n`;
}
