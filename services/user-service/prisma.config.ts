import { defineConfig } from 'prisma/config';

// Migrations are applied by src/migrate.ts, which is given the database's URL. Generating the client needs none.
export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });
