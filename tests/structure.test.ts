import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../tools/agora/src/secrets/service-table.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '');
const sources = tracked.filter((file) => /\.(ts|mts|js|mjs)$/.test(file));
const isTest = (file: string) => file.endsWith('.test.ts') || file.startsWith('tests/') || /\/test\//.test(file);
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');
const filesWith = (pattern: RegExp, among: readonly string[]) => among.filter((file) => pattern.test(read(file)));

describe('the tree', () => {
  it('has sources to look at', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('has no source file over 250 lines', () => {
    expect(sources.filter((file) => read(file).split('\n').length > 251)).toEqual([]);
  });

  it('reads the environment in config.ts and the telemetry preload only', () => {
    const allowed = (file: string) => file.endsWith('/config.ts') || file === 'packages/telemetry/src/preload.ts';
    expect(
      filesWith(
        /process\.env\b/,
        sources.filter((file) => !allowed(file) && !isTest(file)),
      ),
    ).toEqual([]);
  });

  it('has no barrel and no drawer', () => {
    expect(filesWith(/^export \*/m, sources)).toEqual([]);
    expect(tracked.filter((file) => /(^|\/)(utils?|helpers?|common|misc|lib)(\/|\.ts$)/.test(file))).toEqual([]);
  });

  it('keeps a JWT library out of every package but user-service', () => {
    const manifests = tracked.filter((file) => /(^|\/)package\.json$/.test(file));
    expect(manifests.length).toBeGreaterThan(8);
    const dependsOnJwt = manifests.filter((file) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file));
      return Object.keys({ ...dependencies, ...devDependencies }).some((name) =>
        /jsonwebtoken|jose|(^|[-/])jwt([-/]|$)|paseto/.test(name),
      );
    });
    expect(dependsOnJwt).toEqual(['services/user-service/package.json']);
    const imports = filesWith(/from '(jsonwebtoken|jose|fast-jwt|@fastify\/jwt)'/, sources);
    expect(imports.filter((file) => !file.startsWith('services/user-service/'))).toEqual([]);
  });

  it('reads X-User-Id in the identity hook and nowhere else', () => {
    const readers = filesWith(
      /x-user-id/i,
      sources.filter((file) => !isTest(file)),
    );
    expect(
      readers.filter(
        (file) =>
          !/^packages\/service-kit\/src\/http\/[a-z-]*identity[a-z-]*\.ts$/.test(file) &&
          !/^services\/user-service\/src\/http\/verify-[a-z-]+\.ts$/.test(file),
      ),
    ).toEqual([]);
  });

  it('starts every service with files that differ in one name', () => {
    expect(readdirSync(`${root}services`).sort()).toEqual([...SERVICES].sort());
    const mains = SERVICES.map((service) => {
      const capital = service.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
      return read(`services/${service}/src/main.ts`)
        .replaceAll(`start${capital}`, 'startService')
        .replaceAll(service, 'service');
    });
    expect(new Set(mains).size).toBe(1);
  });
});
