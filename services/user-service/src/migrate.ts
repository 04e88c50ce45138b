import { fileURLToPath } from 'node:url';
import { applyMigrations } from '@agora/service-kit/migrations';
import { readMigrateConfig } from './config.ts';

await applyMigrations({
  serviceDirectory: fileURLToPath(new URL('..', import.meta.url)),
  databaseUrl: readMigrateConfig().DATABASE_URL,
  log: console.log,
});
