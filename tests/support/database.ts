import { randomBytes } from 'node:crypto';
import { applyMigrations } from '@agora/service-kit/migrations';
import pg from 'pg';
import { inject } from 'vitest';
import { ownDatabaseSteps } from '../../tools/agora/src/secrets/database-statements.ts';

export type TestDatabase = {
  /** As the database's own role, which owns it and can open no other. */
  readonly url: string;
  /** Ends every connection to it and lets none in again until `restore`: an outage. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Drops database and role, and cuts whoever is still connected. */
  close(): Promise<void>;
};

/**
 * A database of its own with a role of its own, as the launcher makes one for each service.
 * With `serviceDirectory` that service's migrations are applied. The caller closes it, usually in `afterAll`.
 */
export async function createTestDatabase(options: { serviceDirectory?: string } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await asSuperuser(async (client) => {
    for (const { statement } of ownDatabaseSteps(name, password)) await client.query(statement);
  });
  const url = new URL(inject('servers').postgresUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  const database = {
    url: url.href,
    cut: () =>
      asSuperuser(async (client) => {
        await client.query(`ALTER ROLE ${name} CONNECTION LIMIT 0`);
        await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
      }),
    restore: () => asSuperuser(async (client) => void (await client.query(`ALTER ROLE ${name} CONNECTION LIMIT -1`))),
    close: () =>
      asSuperuser(async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        await client.query(`DROP ROLE IF EXISTS ${name}`);
      }),
  };
  try {
    const { serviceDirectory } = options;
    if (serviceDirectory !== undefined) await applyMigrations({ serviceDirectory, databaseUrl: database.url });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function asSuperuser(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: inject('servers').postgresUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
