export { applyMigrations, type MigrationOptions } from './apply-migrations.ts';
