import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabases } from '../tools/agora/src/parts/create-databases.ts';
import { type RunningPostgres, startPostgres } from '../tools/agora/src/parts/postgres.ts';
import { removePostgres } from '../tools/agora/src/parts/postgres-home.ts';
import { ensureSecrets, type Secrets } from '../tools/agora/src/secrets/ensure-secrets.ts';
import { SERVICE_TABLE, SERVICES, type ServiceName } from '../tools/agora/src/secrets/service-table.ts';

// A server of its own: roles belong to the whole server, and have the names that the shop's have.
const directory = mkdtempSync(join(tmpdir(), 'agora-roles-'));
const dataDirectory = join(directory, 'postgres');
const databaseOf = (service: ServiceName) => SERVICE_TABLE[service].database;
let postgres: RunningPostgres;
let secrets: Secrets;

beforeAll(async () => {
  secrets = ensureSecrets(join(directory, 'secrets'));
  const password = secrets.postgresPassword;
  postgres = await startPostgres({ dataDirectory, password, durable: false, logFile: join(directory, 'postgres.log') });
  await createDatabases(postgres.url, secrets);
  // A server from before the last of the services: its database is added, the others stay.
  const [last] = SERVICES.slice(-1).map(databaseOf);
  await asSuperuser(`DROP DATABASE ${last}`);
  await asSuperuser(`DROP ROLE ${last}`);
  await createDatabases(postgres.url, secrets);
});
afterAll(async () => {
  await postgres?.stop();
  await removePostgres(dataDirectory);
  rmSync(directory, { recursive: true, force: true });
});

async function asSuperuser(sql: string) {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function asRole(
  service: ServiceName,
  database: string,
  sql: string,
  password = secrets.databasePasswords[service],
) {
  const login = { host: '127.0.0.1', port: postgres.port, user: databaseOf(service), password, database };
  const client = new Client(login);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe.each(SERVICES)('the role of %s', (service) => {
  it('owns its database', async () => {
    await asRole(service, databaseOf(service), 'CREATE TABLE mine (id int)');
  });

  it.each([...SERVICES.map(databaseOf), 'postgres', 'template1'].filter((name) => name !== databaseOf(service)))(
    'cannot open %s',
    async (database) => {
      await expect(asRole(service, database, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
    },
  );

  it('needs its own password', async () => {
    await expect(asRole(service, databaseOf(service), 'SELECT 1', 'guess')).rejects.toMatchObject({ code: '28P01' });
  });

  it('makes no database and no role', async () => {
    await expect(asRole(service, databaseOf(service), 'CREATE DATABASE more')).rejects.toMatchObject({ code: '42501' });
    await expect(asRole(service, databaseOf(service), 'CREATE ROLE more')).rejects.toMatchObject({ code: '42501' });
  });
});
