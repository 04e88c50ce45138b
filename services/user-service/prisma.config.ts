import { defineConfig } from 'prisma/config';

// For `prisma generate` and `prisma format`. The script `generate` names node as the schema engine: generating runs none, and
// would download one. Migrations are applied by src/migrate.ts, which needs no downloaded binary either.
export default defineConfig({ schema: 'prisma/schema.prisma' });
