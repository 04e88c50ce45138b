import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from '@agora/service-kit/migrations';
import { createTestDatabase, type TestDatabase } from '@agora/tests/database';
import { eventually } from '@agora/tests/eventually';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n';

describe('applyMigrations', () => {
  let database: TestDatabase;
  let serviceDirectory: string;

  beforeEach(async () => {
    serviceDirectory = await mkdtemp(join(tmpdir(), 'agora-migrations-'));
    await mkdir(join(serviceDirectory, 'prisma'), { recursive: true });
    await writeFile(join(serviceDirectory, 'prisma/schema.prisma'), SCHEMA);
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await database.close();
    await rm(serviceDirectory, { recursive: true });
  });

  const addMigration = async (name: string, sql: string) => {
    await mkdir(join(serviceDirectory, 'prisma/migrations', name), { recursive: true });
    await writeFile(join(serviceDirectory, 'prisma/migrations', name, 'migration.sql'), sql);
  };
  const apply = () => applyMigrations({ serviceDirectory, databaseUrl: database.url });
  const query = async (sql: string) => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it('applies migrations in the order of their names, and each once', async () => {
    await addMigration('2_rename', 'ALTER TABLE shelves RENAME TO racks;');
    await addMigration('1_shelves', 'CREATE TABLE shelves (id int);');
    await expect(apply()).resolves.toEqual({ applied: ['1_shelves', '2_rename'] });
    await expect(apply()).resolves.toEqual({ applied: [] });
    await addMigration('3_more', 'ALTER TABLE racks ADD COLUMN height int;');
    await expect(apply()).resolves.toEqual({ applied: ['3_more'] });
    await expect(query('SELECT height FROM racks')).resolves.toEqual([]);
    await expect(query('SELECT migration_name FROM _prisma_migrations ORDER BY 1')).resolves.toHaveLength(3);
  });

  it('takes semicolons in comments, strings and function bodies', async () => {
    await addMigration(
      '1_function',
      `-- one; two
       CREATE TABLE notes (text text DEFAULT 'a;b');
       CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN n := n * 2; RETURN n; END $$;`,
    );
    await apply();
    await expect(query('SELECT twice(21) AS answer')).resolves.toEqual([{ answer: 42 }]);
  });

  it('leaves nothing of a migration that fails, says why, and refuses to go on', async () => {
    await addMigration('1_broken', 'CREATE TABLE halves (id int); CREATE TABLE halves (id int);');
    await expect(apply()).rejects.toThrow(/relation "halves" already exists[\s\S]*1_broken/);
    await expect(query("SELECT to_regclass('halves') AS halves")).resolves.toEqual([{ halves: null }]);
    await expect(apply()).rejects.toThrow(/1_broken/);
  });

  it('lets several processes migrate at once, and one of them does it', async () => {
    await addMigration('1_shelves', 'CREATE TABLE shelves (id int);');
    const answers = await Promise.all([apply(), apply(), apply(), apply()]);
    expect(answers.flatMap(({ applied }) => applied)).toEqual(['1_shelves']);
  });

  it('waits for its turn while another process migrates', async () => {
    await addMigration('1_shelves', 'CREATE TABLE shelves (id int);');
    const other = new Client({ connectionString: database.url });
    await other.connect();
    await other.query('SELECT pg_advisory_lock(7246841)');
    const waiting = apply();
    const queue = 'SELECT 1 FROM pg_locks WHERE NOT granted AND objid = 7246841';
    await eventually(async () => expect(await query(queue)).toHaveLength(1));
    await expect(query("SELECT to_regclass('shelves') AS shelves")).resolves.toEqual([{ shelves: null }]);
    await other.end();
    await expect(waiting).resolves.toEqual({ applied: ['1_shelves'] });
  });

  it('gives up on a database that does not answer, after the wait and not before', async () => {
    await addMigration('1_shelves', 'CREATE TABLE shelves (id int);');
    const said: string[] = [];
    const started = Date.now();
    const nobody = applyMigrations({
      serviceDirectory,
      databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing',
      waitMs: 600,
      log: (line) => said.push(line),
    });
    await expect(nobody).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(Date.now() - started).toBeGreaterThanOrEqual(600);
    expect(said).toEqual(['waiting for the database (ECONNREFUSED)']);
  });

  it('does not wait when the password is wrong', async () => {
    await addMigration('1_shelves', 'CREATE TABLE shelves (id int);');
    const url = new URL(database.url);
    url.password = 'wrong';
    await expect(applyMigrations({ serviceDirectory, databaseUrl: url.href })).rejects.toMatchObject({ code: '28P01' });
  });
});
