import { createTestDatabase, type TestDatabase } from '@agora/tests/database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOneShot } from './run-one-shot.ts';
import { newIdentityKey, newJwtSecret, startForTest } from './start-user-service.ts';

const DATABASE_URL = 'postgres://nobody@127.0.0.1:1/nothing';
const environment = {
  OTEL_SERVICE_NAME: 'user-service',
  HTTP_PORT: '0',
  INTERNAL_PORT: '0',
  DATABASE_URL,
  PRODUCT_SERVICE_GRPC: '127.0.0.1:1',
  JWT_SECRETS: newJwtSecret('k1'),
  IDENTITY_KEYS: newIdentityKey('i1'),
};

describe('the environment', () => {
  it('is refused as a whole, all problems at once, with exit 78', async () => {
    const { code, stderr, stdout } = await runOneShot('main', {
      NODE_ENV: 'production',
      HTTP_PORT: 'eighty',
      INTERNAL_PORT: '70000',
      OTEL_SERVICE_NAME: 'user-service',
      DATABASE_URL: 'mysql://localhost',
      JWT_SECRETS: 'k1:c2hvcnQ',
      IDENTITY_KEYS: `good:${newIdentityKey('').slice(1)},bad:bm90IGEga2V5`,
      BCRYPT_COST: '9',
      ACCESS_TOKEN_TTL_SECONDS: '86400',
      PASSWORD_MIN_LENGTH: '0',
    });
    expect(code).toBe(78);
    expect(stdout).toBe('');
    for (const name of [
      'HTTP_PORT',
      'INTERNAL_PORT',
      'DATABASE_URL',
      'PRODUCT_SERVICE_GRPC',
      'ACCESS_TOKEN_TTL_SECONDS',
      'PASSWORD_MIN_LENGTH',
    ]) {
      expect(stderr).toContain(name);
    }
    expect(stderr).toMatch(/JWT_SECRETS .*"k1" must have at least 32 bytes/);
    expect(stderr).toMatch(/IDENTITY_KEYS .*"bad" is not a P-256 private key/);
    expect(stderr).toMatch(/BCRYPT_COST must be at least 10 in production/);
    expect(stderr).not.toMatch(/c2hvcnQ|bm90IGEga2V5|\n\s+at /);
  });

  it('asks for the secrets by name when they are missing', async () => {
    const { code, stderr } = await runOneShot('main', { ...environment, JWT_SECRETS: '', IDENTITY_KEYS: '' });
    expect(code).toBe(78);
    expect(stderr).toContain('JWT_SECRETS is required');
    expect(stderr).toContain('IDENTITY_KEYS is required');
  });

  it('with a database that is not there ends the process with one line', async () => {
    const { code, stdout } = await runOneShot('main', environment);
    expect(code).toBe(1);
    const fatal = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ level }) => level === 'fatal');
    expect(fatal).toEqual([expect.objectContaining({ msg: 'start failed', service: 'user-service' })]);
  });
});

describe('migrate and seed', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  async function users(): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query('SELECT * FROM users')).rows;
    } finally {
      await client.end();
    }
  }

  it('make the tables and one admin, whose password is shown once', async () => {
    const env = { DATABASE_URL: database.url, BCRYPT_COST: '4', ADMIN_EMAIL: 'Root@Agora.local' };
    expect((await runOneShot('migrate', env)).code).toBe(0);
    expect((await runOneShot('migrate', env)).code).toBe(0);

    // Two at once: one makes it.
    const seeds = await Promise.all([runOneShot('seed', env), runOneShot('seed', env)]);
    expect(seeds.map(({ code }) => code)).toEqual([0, 0]);
    const printed = seeds.map(({ stdout }) => stdout).filter((stdout) => stdout !== '');
    expect(printed).toHaveLength(1);
    const { admin } = JSON.parse(printed[0] ?? '');
    expect(admin).toEqual({ email: 'root@agora.local', password: expect.stringMatching(/^[A-Za-z0-9_-]{24}$/) });

    const rows = await users();
    expect(rows).toEqual([expect.objectContaining({ email: 'root@agora.local', role: 'admin' })]);
    expect(await runOneShot('seed', { ...env, ADMIN_EMAIL: 'other@agora.local' })).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(await users()).toEqual(rows);
  });

  it('make no admin of a customer who has the address', async () => {
    const service = await startForTest();
    try {
      const eve = await service.person('eve');
      const env = { DATABASE_URL: service.config.DATABASE_URL, BCRYPT_COST: '4', ADMIN_EMAIL: eve.email };
      const seed = await runOneShot('seed', env);
      expect(seed.code).not.toBe(0);
      expect(seed.stderr).toContain('Set ADMIN_EMAIL to another one');
      expect(seed.stdout).toBe('');
      expect((await eve.call('GET', '/users/')).rows).toHaveLength(1);
    } finally {
      await service.close();
    }
  });
});

it('describes itself and its health on the internal listener', async () => {
  const service = await startForTest();
  try {
    expect(await service.callInternal('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const { body } = await service.callInternal('/docs/json');
    expect(Object.keys(body.paths as object).sort()).toEqual([
      '/auth/login',
      '/auth/signup',
      '/users/',
      '/users/me',
      '/users/{id}',
      '/users/{id}/purchases',
    ]);
  } finally {
    await service.close();
  }
});
