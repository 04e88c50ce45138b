import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabases } from '../tools/agora/src/parts/create-databases.ts';
import { type RunningPostgres, startPostgres } from '../tools/agora/src/parts/postgres.ts';
import { removePostgres } from '../tools/agora/src/parts/postgres-home.ts';
import { DATABASES, ensureSecrets, type Secrets, type ServiceName } from '../tools/agora/src/secrets/ensure-secrets.ts';

// A server of its own: roles belong to the whole server, and have the names that the shop's have.
const directory = mkdtempSync(join(tmpdir(), 'agora-roles-'));
const dataDirectory = join(directory, 'postgres');
const services = Object.keys(DATABASES) as ServiceName[];
let postgres: RunningPostgres;
let secrets: Secrets;

beforeAll(async () => {
  secrets = ensureSecrets(join(directory, 'secrets'));
  const password = secrets.postgresPassword;
  postgres = await startPostgres({ dataDirectory, password, durable: false, logFile: join(directory, 'postgres.log') });
  await createDatabases(postgres.url, secrets);
});
afterAll(async () => {
  await postgres?.stop();
  await removePostgres(dataDirectory);
  rmSync(directory, { recursive: true, force: true });
});

async function asRole(
  service: ServiceName,
  database: string,
  sql: string,
  password = secrets.databasePasswords[service],
) {
  const login = { host: '127.0.0.1', port: postgres.port, user: DATABASES[service], password, database };
  const client = new Client(login);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe.each(services)('the role of %s', (service) => {
  it('owns its database', async () => {
    await asRole(service, DATABASES[service], 'CREATE TABLE mine (id int)');
  });

  it.each([...Object.values(DATABASES), 'postgres', 'template1'].filter((name) => name !== DATABASES[service]))(
    'cannot open %s',
    async (database) => {
      await expect(asRole(service, database, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
    },
  );

  it('needs its own password', async () => {
    await expect(asRole(service, DATABASES[service], 'SELECT 1', 'guess')).rejects.toMatchObject({ code: '28P01' });
  });

  it('makes no database and no role', async () => {
    await expect(asRole(service, DATABASES[service], 'CREATE DATABASE more')).rejects.toMatchObject({ code: '42501' });
    await expect(asRole(service, DATABASES[service], 'CREATE ROLE more')).rejects.toMatchObject({ code: '42501' });
  });
});
