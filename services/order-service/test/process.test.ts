import { createTestDatabase } from '@agora/tests/database';
import { startProgram } from '@agora/tests/start-program';
import { describe, expect, it } from 'vitest';
import { serviceDirectory } from './start-order-service.ts';

const run = async (name: 'main' | 'migrate', env: Record<string, string>) => {
  const program = startProgram(`${serviceDirectory}/src/${name}.ts`, env);
  return { code: await program.ended, stdout: program.stdout(), stderr: program.stderr() };
};

const environment = {
  OTEL_SERVICE_NAME: 'order-service',
  HTTP_PORT: '0',
  INTERNAL_PORT: '0',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
  RABBITMQ_URL: 'amqp://guest:guest@127.0.0.1:1',
  USER_SERVICE_INTERNAL_URL: 'http://127.0.0.1:1',
  PRODUCT_SERVICE_GRPC: '127.0.0.1:1',
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
      'PRODUCT_SERVICE_GRPC',
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
      expect.objectContaining({ msg: 'start failed', service: 'order-service' }),
    ]);
  });

  it('makes its tables once, however often it migrates', async () => {
    const database = await createTestDatabase();
    try {
      const env = { DATABASE_URL: database.url };
      expect(await run('migrate', env)).toMatchObject({ code: 0, stdout: expect.stringContaining('applied') });
      expect(await run('migrate', env)).toMatchObject({ code: 0, stdout: expect.not.stringContaining('applied') });
    } finally {
      await database.close();
    }
  });
});
