import { createTestDatabase } from '@agora/tests/database';
import { startProgram } from '@agora/tests/start-program';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { serviceDirectory } from './start-inventory-service.ts';

const run = async (name: 'main' | 'migrate' | 'seed', env: Record<string, string>) => {
  const program = startProgram(`${serviceDirectory}/src/${name}.ts`, env);
  return { code: await program.ended, stdout: program.stdout(), stderr: program.stderr() };
};

const environment = {
  OTEL_SERVICE_NAME: 'inventory-service',
  HTTP_PORT: '0',
  INTERNAL_PORT: '0',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
  RABBITMQ_URL: 'amqp://guest:guest@127.0.0.1:1',
  USER_SERVICE_INTERNAL_URL: 'http://127.0.0.1:1',
};

describe('the process', () => {
  it('refuses its environment as a whole, all problems at once, with exit 78', async () => {
    const { code, stdout, stderr } = await run('main', {
      HTTP_PORT: 'eighty',
      INTERNAL_PORT: '70000',
      DATABASE_URL: 'mysql://localhost',
      RABBITMQ_URL: 'http://localhost',
      RETRY_DELAYS_MS: '1000,soon',
      USER_SERVICE_INTERNAL_URL: 'user-service:3100',
    });
    expect([code, stdout]).toEqual([78, '']);
    for (const name of [
      'HTTP_PORT',
      'INTERNAL_PORT',
      'DATABASE_URL',
      'RABBITMQ_URL',
      'RETRY_DELAYS_MS',
      'USER_SERVICE_INTERNAL_URL',
      'OTEL_SERVICE_NAME',
    ]) {
      expect(stderr).toContain(name);
    }
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('ends with 1 and one clear line when its database is not there', async () => {
    const { code, stdout } = await run('main', environment);
    expect(code).toBe(1);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ level }) => level === 'fatal')).toEqual([
      expect.objectContaining({ msg: 'start failed', service: 'inventory-service' }),
    ]);
  });

  it('makes tables and stock once, and leaves changed stock as it is', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    try {
      const env = { DATABASE_URL: database.url };
      expect(await run('migrate', env)).toMatchObject({ code: 0, stdout: expect.stringContaining('applied') });
      expect(await run('migrate', env)).toMatchObject({ code: 0, stdout: expect.not.stringContaining('applied') });

      // Two at once: each product is added by one of them.
      const seeds = await Promise.all([run('seed', env), run('seed', env)]);
      expect(seeds.map(({ code }) => code)).toEqual([0, 0]);
      await client.connect();
      const stock = async () => (await client.query('SELECT * FROM stock ORDER BY product_id')).rows;
      expect(await stock()).toEqual(
        Array.from({ length: 100 }, (_, index) => ({ product_id: index + 1, available: 100, reserved: '0' })),
      );
      const { rows } = await client.query('SELECT count(*)::int, sum(pieces)::int FROM stock_movements');
      expect(rows).toEqual([{ count: 100, sum: 10_000 }]);

      await client.query('UPDATE stock SET available = 3 WHERE product_id = 99');
      const before = await stock();
      expect((await run('seed', env)).code).toBe(0);
      expect(await stock()).toEqual(before);
    } finally {
      await client.end();
      await database.close();
    }
  });
});
