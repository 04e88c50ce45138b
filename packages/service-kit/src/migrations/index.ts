export type MigrationOptions = { serviceDirectory: string; databaseUrl: string; log?: (line: string) => void };
export async function applyMigrations(_options: MigrationOptions): Promise<{ applied: string[] }> {
  throw new Error('not yet');
}
