import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';

/** True when the database has every migration of this folder: then the step that applies them need not be started. */
export async function isMigrated(serviceDirectory: string, databaseUrl: string): Promise<boolean> {
  const wanted = await migrationsIn(serviceDirectory);
  const applied = new Set(await appliedTo(databaseUrl));
  return wanted.every((name) => applied.has(name));
}

async function migrationsIn(serviceDirectory: string): Promise<string[]> {
  const entries = await readdir(join(serviceDirectory, 'prisma/migrations'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function appliedTo(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    return rows.map(({ migration_name }) => String(migration_name));
  } catch (error) {
    // No such table: nothing was applied yet.
    if (error instanceof Error && 'code' in error && error.code === '42P01') return [];
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}
