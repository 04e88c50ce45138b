import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Static, type TObject, Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BaseConfig, ConfigError, loadConfig } from './load-config.ts';

const Schema = Type.Object({
  ...BaseConfig.properties,
  DATABASE_URL: Type.String({ format: 'uri' }),
  BCRYPT_COST: Type.Integer({ minimum: 10, default: 12 }),
  RETRY_DELAYS_MS: Type.Optional(Type.String({ pattern: '^\\d+(,\\d+)*$' })),
});

const RIGHT = {
  HTTP_PORT: '4003',
  INTERNAL_PORT: '4103',
  OTEL_SERVICE_NAME: 'order-service',
  DATABASE_URL: 'postgres://a',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, `${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

function problemsOf<T extends TObject>(schema: T, env: NodeJS.ProcessEnv): readonly string[] {
  try {
    const config: Static<T> = loadConfig(schema, env);
    throw new Error(`accepted: ${JSON.stringify(config)}`);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('loadConfig', () => {
  it('reads numbers, fills defaults, and leaves out what is not its own', () => {
    expect(loadConfig(Schema, { ...RIGHT, PATH: '/bin' })).toEqual({
      NODE_ENV: 'development',
      LOG_LEVEL: 'info',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 4003,
      INTERNAL_PORT: 4103,
      OTEL_SERVICE_NAME: 'order-service',
      DATABASE_URL: 'postgres://a',
      BCRYPT_COST: 12,
    });
  });

  it('names every problem at once, and no value', () => {
    const problems = problemsOf(Schema, {
      ...RIGHT,
      HTTP_PORT: 'four',
      INTERNAL_PORT: '70000',
      LOG_LEVEL: 'loud-secret',
      DATABASE_URL: undefined,
      BCRYPT_COST: '0x10',
    });
    expect(problems.toSorted()).toEqual([
      'BCRYPT_COST must be integer',
      'DATABASE_URL is required',
      'HTTP_PORT must be integer',
      'INTERNAL_PORT must be <= 65535',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
    ]);
  });

  it('takes any variable from a file, without the space around it', () => {
    const { DATABASE_URL: _, ...env } = RIGHT;
    const config = loadConfig(Schema, { ...env, DATABASE_URL_FILE: file('\n postgres://from-file \n') });
    expect(config.DATABASE_URL).toBe('postgres://from-file');
  });

  it.each([
    [
      'both ways',
      () => ({ DATABASE_URL_FILE: file('postgres://b') }),
      'DATABASE_URL and DATABASE_URL_FILE are both set, choose one',
    ],
    [
      'a file that is not there',
      () => ({ DATABASE_URL: '', DATABASE_URL_FILE: '/nowhere' }),
      'DATABASE_URL cannot be read from the file in DATABASE_URL_FILE (ENOENT)',
    ],
    [
      'an empty file',
      () => ({ DATABASE_URL: '', DATABASE_URL_FILE: file(' \n') }),
      'DATABASE_URL cannot be read: the file in DATABASE_URL_FILE is empty',
    ],
  ])('refuses a variable given %s, and says only that of it', (_case, env, problem) => {
    expect(problemsOf(Schema, { ...RIGHT, ...env() })).toEqual([problem]);
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig(Schema, { ...RIGHT, RETRY_DELAYS_MS: '', BCRYPT_COST: '' })).toMatchObject({ BCRYPT_COST: 12 });
    expect(problemsOf(Schema, { ...RIGHT, DATABASE_URL: '' })).toEqual(['DATABASE_URL is required']);
  });

  it('adds what a check of the service finds to the other problems', () => {
    const checks = {
      DATABASE_URL: (url: string) => (url.endsWith('/postgres') ? 'must not be the system database' : undefined),
    };
    expect(() =>
      loadConfig(Schema, { ...RIGHT, DATABASE_URL: 'postgres://a/postgres', HTTP_PORT: '-1' }, checks),
    ).toThrow('Bad configuration:\n  HTTP_PORT must be >= 0\n  DATABASE_URL must not be the system database');
    expect(loadConfig(Schema, RIGHT, checks).DATABASE_URL).toBe('postgres://a');
  });
});
