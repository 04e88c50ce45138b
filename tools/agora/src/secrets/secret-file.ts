import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Creates the folder for its owner alone (0700), parents included. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/**
 * The content of `path`, made by `create` when there is no such file (0600). A file that exists is never written: two runs at once,
 * or a run killed at any moment, leave one whole value. Throws when what is there does not match `shape`, because a new value
 * would lock its users out of data that was made with the old one.
 */
export function readOrCreateSecret(path: string, create: () => string, shape: RegExp): string {
  const existing = readIfThere(path);
  if (existing === undefined) {
    const draft = writeDraft(path, create());
    try {
      linkSync(draft, path); // unlike rename, refuses to replace
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  const value = existing ?? readFileSync(path, 'utf8').trim();
  if (!shape.test(value)) throw new Error(`${path} is damaged. Put its old content back, or start over without data.`);
  return value;
}

/** Makes `path` hold `content` (0600), replacing it in one step; for what follows from secrets and may change with the code. */
export function writeDerivedFile(path: string, content: string): void {
  if (readIfThere(path) === content.trim()) return;
  renameSync(writeDraft(path, content), path);
}

function writeDraft(path: string, content: string): string {
  makePrivateFolder(dirname(path));
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx', flush: true });
  return draft;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
