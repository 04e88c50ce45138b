import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSchemaEngine } from './schema-engine.ts';

/**
 * The SQL that makes, in an empty database, what a service's `prisma/schema.prisma` says: a draft for a migration, and what a
 * test compares the migrations with. Changes nothing.
 */
export async function schemaScript(options: {
  readonly serviceDirectory: string;
  readonly databaseUrl: string;
}): Promise<string> {
  const { serviceDirectory, databaseUrl } = options;
  const schema = await readFile(join(serviceDirectory, 'prisma/schema.prisma'), 'utf8');
  const engine = await openSchemaEngine({ databaseUrl, schema });
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout ?? '';
  } finally {
    await engine.close();
  }
}
