import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../processes/process-identity.ts';

/**
 * Fills a folder of the cache, once. It is filled under another name and renamed when complete, so a folder that exists
 * is whole, however the filling was ended; of two launchers at once the first to finish wins.
 */
export async function placeInCache(folder: string, fill: (unfinished: string) => Promise<void>): Promise<string> {
  if (await exists(folder)) return folder;
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const unfinished = await mkdtemp(join(parent, `.unfinished-${process.pid}-${basename(folder)}-`));
  try {
    await fill(unfinished);
    await rename(unfinished, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error;
    });
    return folder;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** What a launcher that was killed left half filled. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(/^\.unfinished-(\d+)-/.exec(name)?.[1]);
    if (!Number.isNaN(pid) && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
