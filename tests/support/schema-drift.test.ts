import { fileURLToPath } from 'node:url';
import { describeSchemaDrift } from '@agora/service-kit/migrations';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from './database.ts';

describe('the migrations of a service', () => {
  it.each(['user', 'product', 'order', 'inventory'])('make what the Prisma schema of %s-service says', async (name) => {
    const serviceDirectory = fileURLToPath(new URL(`../../services/${name}-service`, import.meta.url));
    const database = await createTestDatabase({ serviceDirectory });
    try {
      await expect(describeSchemaDrift({ serviceDirectory, databaseUrl: database.url })).resolves.toBe('');
    } finally {
      await database.close();
    }
  });
});
