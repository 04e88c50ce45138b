export { applyMigrations, type MigrationOptions } from './apply-migrations.ts';
export { describeSchemaDrift } from './describe-schema-drift.ts';
