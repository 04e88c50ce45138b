import { fileURLToPath } from 'node:url';
import { applyMigrations } from '@agora/service-kit/migrations';
import { readMigrateConfig } from './config.ts';

const { DATABASE_URL: databaseUrl } = readMigrateConfig();
await applyMigrations({ serviceDirectory: fileURLToPath(new URL('..', import.meta.url)), databaseUrl });
