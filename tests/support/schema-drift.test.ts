import { fileURLToPath } from 'node:url';
import { schemaScript } from '@agora/service-kit/migrations';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from './database.ts';

const COLUMNS = `
  SELECT table_name, column_name, udt_name, is_nullable, character_maximum_length, datetime_precision, numeric_precision
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
  ORDER BY table_name, column_name`;

const KEYS = `
  SELECT table_name, constraint_type, string_agg(column_name, ',' ORDER BY ordinal_position) AS columns
  FROM information_schema.table_constraints JOIN information_schema.key_column_usage USING (constraint_name, table_name)
  WHERE constraint_type = 'PRIMARY KEY' GROUP BY table_name, constraint_type, constraint_name ORDER BY table_name`;

// Migrations are written by hand, and Prisma believes its schema: nothing else would notice that they say different things.
describe('the migrations of a service', () => {
  it.each(['user', 'product', 'order', 'inventory'])('make what the Prisma schema of %s-service says', async (name) => {
    const serviceDirectory = fileURLToPath(new URL(`../../services/${name}-service`, import.meta.url));
    const [migrated, described] = await Promise.all([createTestDatabase({ serviceDirectory }), createTestDatabase()]);
    try {
      const script = await schemaScript({ serviceDirectory, databaseUrl: described.url });
      await ask(described.url, script);
      const expected = await ask(described.url, COLUMNS);
      const tables = new Set(expected.map(({ table_name }) => table_name));
      expect(tables.size).toBeGreaterThan(0);
      // Tables that only SQL touches, outbox and inbox, need not be in the schema.
      const ofSchema = (rows: Row[]) => rows.filter(({ table_name }) => tables.has(table_name));
      expect(ofSchema(await ask(migrated.url, COLUMNS))).toEqual(expected);
      expect(ofSchema(await ask(migrated.url, KEYS))).toEqual(await ask(described.url, KEYS));
    } finally {
      await Promise.all([migrated.close(), described.close()]);
    }
  });
});

type Row = Record<string, unknown>;

async function ask(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
