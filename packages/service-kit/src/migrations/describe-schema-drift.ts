import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSchemaEngine } from './schema-engine.ts';

/**
 * The SQL that is missing between a service's database and its `prisma/schema.prisma`; empty when they agree.
 * For a test: migrations are written by hand, and nothing else notices when the schema says something else.
 */
export async function describeSchemaDrift(options: {
  readonly serviceDirectory: string;
  /** Of a database that was migrated. */
  readonly databaseUrl: string;
}): Promise<string> {
  const { serviceDirectory, databaseUrl } = options;
  const schema = await readFile(join(serviceDirectory, 'prisma/schema.prisma'), 'utf8');
  const engine = await openSchemaEngine({ databaseUrl, schema });
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'url', url: databaseUrl },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: null,
      filters: { externalTables: ['public._prisma_migrations'], externalEnums: [] },
    });
    return (stdout ?? '').replace('-- This is an empty migration.', '').trim();
  } finally {
    await engine.close();
  }
}
