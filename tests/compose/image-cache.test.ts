import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const INSTALLS = ['[dependencies 2/2]', '[production-dependencies 2/3]'];

let copy: string;
beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'agora-image-'));
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root });
  for (const file of stdout.split('\n').filter(Boolean)) {
    cpSync(join(root, file), join(copy, file), { recursive: true });
  }
  await build();
}, 900_000);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Builds one image from the copy; answers with its steps that came from the cache. */
async function build(): Promise<string[]> {
  const what = ['build', '--progress=plain', '--build-arg', 'SERVICE=order-service', '--target', 'build', '.'];
  const { stderr } = await run('docker', what, { cwd: copy, maxBuffer: 64 * 1024 * 1024 });
  const production = [
    'build',
    '--progress=plain',
    '--build-arg',
    'SERVICE=order-service',
    '--target',
    'production-dependencies',
    '.',
  ];
  const second = await run('docker', production, { cwd: copy, maxBuffer: 64 * 1024 * 1024 });
  return [...cachedSteps(stderr), ...cachedSteps(second.stderr)];
}

function cachedSteps(log: string): string[] {
  const steps = new Map([...log.matchAll(/^#(\d+) (\[[^\]]+\])/gm)].map(([, number, name]) => [number, name ?? '']));
  return [...log.matchAll(/^#(\d+) CACHED$/gm)].map(([, number]) => steps.get(number) ?? '');
}

describe('the dependency layers', () => {
  it('stay when a source file changes', async () => {
    appendFileSync(join(copy, 'services/order-service/src/main.ts'), '\n// A change.\n');
    const cached = await build();
    expect(cached).toEqual(expect.arrayContaining(INSTALLS));
    expect(cached).not.toContain('[build 1/3]');
  }, 300_000);

  it('are made again when a manifest changes', async () => {
    const manifest = join(copy, 'services/order-service/package.json');
    writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), keywords: [copy] }));
    const cached = await build();
    for (const step of INSTALLS) expect(cached).not.toContain(step);
  }, 300_000);
});
