import { Client } from 'pg';
import { databaseSteps } from '../secrets/database-statements.ts';
import type { Secrets } from '../secrets/ensure-secrets.ts';

/** A role and a database per service. Can run at every start: what exists is passed over. */
export async function createDatabases(superuserUrl: string, secrets: Secrets): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  client.on('error', () => {});
  await client.connect();
  try {
    for (const { statement, doneWhen } of databaseSteps(secrets)) {
      const isDone = doneWhen !== undefined && (await client.query(doneWhen)).rowCount !== 0;
      if (!isDone) await client.query(statement);
    }
  } finally {
    await client.end();
  }
}
