import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify } from '../processes/process-identity.ts';
import { acquireLock, lockHolder } from './instance-lock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('acquireLock', () => {
  it('is held until it is released, and leaves nothing behind', () => {
    const lock = acquireLock(file);
    expect(lock.held).toBe(true);
    expect(lockHolder(file)?.pid).toBe(process.pid);
    expect(acquireLock(file)).toMatchObject({ held: false, holder: { pid: process.pid } });
    if (lock.held) lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken over from a process that is gone', () => {
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, startedAt: 'boot:1' }));
    expect(lockHolder(file)).toBeUndefined();
    expect(acquireLock(file).held).toBe(true);
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('is taken over when the pid now belongs to a stranger', () => {
    writeFileSync(file, JSON.stringify({ pid: process.ppid, startedAt: 'another boot:1' }));
    expect(acquireLock(file).held).toBe(true);
  });

  it('is not taken over from a living process', () => {
    writeFileSync(file, JSON.stringify(identify(process.ppid)));
    expect(acquireLock(file)).toMatchObject({ held: false, holder: { pid: process.ppid } });
  });

  it('survives a file that was cut short', () => {
    writeFileSync(file, '{"pid":');
    expect(acquireLock(file).held).toBe(true);
  });
});
