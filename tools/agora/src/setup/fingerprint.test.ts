import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'agora-fingerprint-'));
  mkdirSync(join(root, 'a/node_modules/b'), { recursive: true });
  writeFileSync(join(root, 'a/package.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('fingerprint', () => {
  const now = () => fingerprint(root, ['*/package.json', '**/*.proto']);

  it('changes with content, and with files that come and go', () => {
    const before = now();
    expect(now()).toBe(before);
    writeFileSync(join(root, 'a/package.json'), '{ }');
    const changed = now();
    expect(changed).not.toBe(before);
    writeFileSync(join(root, 'a/x.proto'), '');
    expect(now()).not.toBe(changed);
    rmSync(join(root, 'a/x.proto'));
    expect(now()).toBe(changed);
  });

  it('does not look into node_modules', () => {
    const before = now();
    writeFileSync(join(root, 'a/node_modules/b/y.proto'), '');
    expect(now()).toBe(before);
  });
});
