import { fileURLToPath } from 'node:url';
import { applyMigrations } from '@agora/service-kit/migrations';
import { readDatabaseConfig } from './config.ts';

await applyMigrations({
  serviceDirectory: fileURLToPath(new URL('..', import.meta.url)),
  databaseUrl: readDatabaseConfig().DATABASE_URL,
  log: console.log,
});
