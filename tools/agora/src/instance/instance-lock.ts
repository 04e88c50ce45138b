import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify, isSame, type ProcessIdentity } from '../processes/process-identity.ts';

export type LockResult =
  | { readonly held: true; release(): void }
  | { readonly held: false; readonly holder: ProcessIdentity };

/**
 * One process at a time. A lock whose process is gone, however it ended, is taken over; two that try at once cannot both
 * succeed: whoever takes over from a dead holder first makes a claim that names it, and a file can be made only once.
 */
export function acquireLock(file: string): LockResult {
  const me = identify(process.pid);
  if (me === undefined) throw new Error('this process has no start time');
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(me));
  try {
    if (makeOnce(draft, file)) return held(file, me);
    const holder = readHolder(file);
    if (holder === undefined) return acquireLock(file);
    if (isSame(holder)) return { held: false, holder };
    return takeOver(file, draft, holder, me);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Who holds it now, if that process lives. */
export function lockHolder(file: string): ProcessIdentity | undefined {
  const holder = readHolder(file);
  return holder !== undefined && isSame(holder) ? holder : undefined;
}

function takeOver(file: string, draft: string, dead: ProcessIdentity, me: ProcessIdentity): LockResult {
  const claim = `${file}.after-${dead.pid}-${dead.startedAt.replaceAll(/\W/g, '-')}`;
  if (!makeOnce(draft, claim)) {
    const claimant = readHolder(claim);
    if (claimant !== undefined && isSame(claimant)) return { held: false, holder: claimant };
    rmSync(claim, { force: true });
    return acquireLock(file);
  }
  // While the claim exists nobody else replaces this holder, so what is read now stays true until the rename.
  const current = readHolder(file);
  if (current?.pid !== dead.pid || current.startedAt !== dead.startedAt) {
    rmSync(claim, { force: true });
    return acquireLock(file);
  }
  renameSync(claim, file);
  return held(file, me);
}

function held(file: string, me: ProcessIdentity): LockResult {
  return {
    held: true,
    release() {
      if (readHolder(file)?.pid === me.pid) rmSync(file, { force: true });
    },
  };
}

function makeOnce(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** A lock that cannot be read, on a disk that was full perhaps, is held by nobody. */
const NOBODY: ProcessIdentity = { pid: 0, startedAt: 'unreadable' };

function readHolder(file: string): ProcessIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const { pid, startedAt } = JSON.parse(text);
    return { pid: Number(pid), startedAt: String(startedAt) };
  } catch {
    return NOBODY;
  }
}
