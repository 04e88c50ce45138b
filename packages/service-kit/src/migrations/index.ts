export { applyMigrations, type MigrationOptions } from './apply-migrations.ts';
export { schemaScript } from './schema-script.ts';
