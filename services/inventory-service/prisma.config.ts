import { defineConfig } from 'prisma/config';

// For `prisma generate` and `prisma format`. Migrations are applied by src/migrate.ts, which needs no downloaded binary.
export default defineConfig({ schema: 'prisma/schema.prisma' });
