import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMigrated } from '../parts/migration-status.ts';
import { runOneShot, serviceDirectory } from '../parts/service.ts';
import { SEEDED, type ServiceName } from '../secrets/service-table.ts';
import { databaseUrl, oneShotEnvironment } from '../services.ts';
import { common, compileCache, type PartContext } from './shop-parts.ts';

export type Admin = { readonly email: string; readonly password: string };

/** Migrations that the database lacks, and demo data once. Answers with the admin if it was made just now. */
export async function prepareDatabase(service: ServiceName, context: PartContext): Promise<Admin | undefined> {
  const { addresses, directory, doing } = context;
  if (!(await isMigrated(serviceDirectory(service), databaseUrl(service, addresses)))) {
    doing('migrations');
    await runStep(service, 'migrate', context);
  }
  const seeded = join(directory, 'seeded', service);
  if (!SEEDED.includes(service) || existsSync(seeded)) return undefined;
  doing('demo data');
  const admin = await seed(service, context);
  mkdirSync(join(directory, 'seeded'), { recursive: true });
  writeFileSync(seeded, '');
  return admin;
}

/** Loads a service's demo data; what is there already stays as it is. */
export async function seed(service: ServiceName, context: PartContext): Promise<Admin | undefined> {
  return findAdmin(await runStep(service, 'seed', context));
}

function runStep(service: ServiceName, step: 'migrate' | 'seed', context: PartContext): Promise<string> {
  const variables = oneShotEnvironment(service, context.addresses);
  return runOneShot(service, step, { ...common(context), variables, compileCache: compileCache() });
}

/** Among log lines, the one line `{"admin":{"email":…,"password":…}}`. */
export function findAdmin(printed: string): Admin | undefined {
  for (const line of printed.split('\n')) {
    if (!line.startsWith('{"admin":')) continue;
    const { email, password } = JSON.parse(line).admin;
    return { email: String(email), password: String(password) };
  }
  return undefined;
}
