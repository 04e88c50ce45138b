import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = ['packages', 'protos', 'services', 'tests', 'tools'];
const LEFT_OUT = new Set(['dist', 'coverage']);

export type ScratchWorkspace = {
  readonly directory: string;
  /** Replaces text in every source file below a folder. Answers how many files it changed. */
  replaceIn(folder: string, from: RegExp, to: string): Promise<number>;
  writeFile(path: string, content: string): Promise<void>;
  /** Runs a program of the workspace (`node`, or one in node_modules/.bin) in the copy. */
  run(
    program: string,
    args: readonly string[],
    env?: Record<string, string>,
  ): Promise<{ code: number; output: string }>;
  close(): Promise<void>;
};

/**
 * A copy of the workspace's sources to break on purpose. Installed packages are shared with the original: pnpm's links between
 * workspace packages are relative, so those in the copy lead to the copy. The caller closes it.
 */
export async function createScratchWorkspace(): Promise<ScratchWorkspace> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'agora-scratch-')));
  for (const folder of SOURCES) {
    await cp(join(root, folder), join(directory, folder), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !LEFT_OUT.has(basename(source)),
    });
  }
  for (const file of await readdir(root, { withFileTypes: true })) {
    if (file.isFile() && /\.(json|ts|yaml)$/.test(file.name))
      await cp(join(root, file.name), join(directory, file.name));
  }
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));

  return {
    directory,
    async replaceIn(folder, from, to) {
      const entries = await readdir(join(directory, folder), { recursive: true, withFileTypes: true });
      let changed = 0;
      for (const entry of entries) {
        if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.parentPath.includes('node_modules')) continue;
        const path = join(entry.parentPath, entry.name);
        const before = await readFile(path, 'utf8');
        const after = before.replaceAll(from, to);
        if (after === before) continue;
        await writeFile(path, after);
        changed += 1;
      }
      return changed;
    },
    writeFile: (path, content) => writeFile(join(directory, path), content),
    run(program, args, env = {}) {
      const command = program === 'node' ? process.execPath : join(root, 'node_modules/.bin', program);
      const options = {
        cwd: directory,
        maxBuffer: 1e8,
        env: { PATH: dirname(process.execPath), NO_COLOR: '1', ...env },
      };
      return new Promise((resolve) => {
        execFile(command, [...args], options, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
        });
      });
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
