import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removePostgres } from '../parts/postgres-home.ts';

/** By name, because the folder may be one that the user chose and keeps other things in. */
const DATA = ['rabbitmq', 'secrets', 'seeded', 'traefik', 'schema'];

/** Databases, queues and secrets of a shop that does not run. Its logs stay. */
export async function deleteData(directory: string): Promise<void> {
  await removePostgres(join(directory, 'postgres'));
  for (const name of DATA) await rm(join(directory, name), { recursive: true, force: true });
}
