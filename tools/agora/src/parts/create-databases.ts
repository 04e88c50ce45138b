import { Client } from 'pg';
import { databaseStatements } from '../secrets/database-statements.ts';
import { DATABASES, type Secrets } from '../secrets/ensure-secrets.ts';

/** A role and a database per service, on the first start. A run that was cut short is completed: what exists is passed over. */
export async function createDatabases(superuserUrl: string, secrets: Secrets): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  client.on('error', () => {});
  await client.connect();
  try {
    const names = Object.values(DATABASES);
    const { rows } = await client.query('SELECT count(*)::int AS found FROM pg_database WHERE datname = ANY($1)', [
      names,
    ]);
    // The last statement closes the last database to strangers, so it is looked for, not only the database.
    const closed = await client.query(
      "SELECT count(*)::int AS found FROM pg_database WHERE datname = ANY($1) AND NOT has_database_privilege('public', oid, 'CONNECT')",
      [names],
    );
    if (rows[0].found === names.length && closed.rows[0].found === names.length) return;
    for (const statement of databaseStatements(secrets)) await runOnce(client, statement);
  } finally {
    await client.end();
  }
}

const ALREADY_THERE = new Set(['42710', '42P04']);

async function runOnce(client: Client, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && ALREADY_THERE.has(String(error.code)))) throw error;
  }
}
