import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationDirectory } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { connectWhenReady } from './connect-when-ready.ts';
import { openSchemaEngine } from './schema-engine.ts';

export type MigrationOptions = {
  /** The folder that holds `prisma/schema.prisma` and `prisma/migrations`. */
  readonly serviceDirectory: string;
  /** As the role that owns the database. */
  readonly databaseUrl: string;
  /** Told what happens, a line each; silent when absent. */
  readonly log?: (line: string) => void;
  /** How long a database that does not answer yet is waited for; 30 s when absent. */
  readonly waitMs?: number;
};

// Any number will do, as long as every migrating process takes the same one. It is per database.
const LOCK = 7_246_841;

/**
 * Applies what is missing of a service's migrations, as `prisma migrate deploy` does, without its downloaded binary.
 *
 * Idempotent, and safe to run in several processes at once: they take turns. Each migration is all or nothing.
 * Throws when a migration fails, when one failed before and was not resolved, and when the database does not answer in time.
 */
export async function applyMigrations(options: MigrationOptions): Promise<{ applied: string[] }> {
  const { serviceDirectory, databaseUrl, log = () => {}, waitMs = 30_000 } = options;
  const prisma = join(serviceDirectory, 'prisma');
  const [schema, migrationDirectories] = await Promise.all([
    readFile(join(prisma, 'schema.prisma'), 'utf8'),
    readMigrations(join(prisma, 'migrations')),
  ]);
  const guard = await connectWhenReady(databaseUrl, waitMs, log);
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const engine = await openSchemaEngine({ databaseUrl, schema });
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: {
          baseDir: join(prisma, 'migrations'),
          lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
          shadowDbInitScript: '',
          migrationDirectories,
        },
        filters: { externalTables: [], externalEnums: [] },
      });
      for (const name of appliedMigrationNames) log(`applied ${name}`);
      return { applied: appliedMigrationNames };
    } finally {
      await engine.close();
    }
  } finally {
    // Ends the session, and the lock with it.
    await guard.end();
  }
}

async function readMigrations(directory: string): Promise<MigrationDirectory[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: await readFile(join(directory, name, 'migration.sql'), 'utf8') },
      },
    })),
  );
}
