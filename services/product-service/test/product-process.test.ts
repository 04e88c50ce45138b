import { fileURLToPath } from 'node:url';
import { ProductCatalogService } from '@agora/protos';
import { callUnary, createGrpcClient } from '@agora/service-kit/grpc';
import { createTestDatabase, type TestDatabase } from '@agora/tests/database';
import { eventually } from '@agora/tests/eventually';
import { freePort } from '@agora/tests/free-port';
import { type Program, startProgram } from '@agora/tests/start-program';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const { GetProduct } = ProductCatalogService;
const source = (name: string) => fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));

describe('product-service as a process', () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  const running: Program[] = [];

  beforeEach(async () => {
    database = await createTestDatabase();
    env = {
      OTEL_SERVICE_NAME: 'product-service',
      DATABASE_URL: database.url,
      HTTP_PORT: String(await freePort()),
      INTERNAL_PORT: String(await freePort()),
      GRPC_PORT: String(await freePort()),
      USER_SERVICE_INTERNAL_URL: 'http://127.0.0.1:1',
    };
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((program) => program.kill('SIGKILL')));
    await database.close();
  });

  const run = (name: string, changes: Record<string, string> = {}) => {
    const program = startProgram(source(name), { ...env, ...changes });
    running.push(program);
    return program;
  };
  const isReady = async () => (await fetch(`http://127.0.0.1:${env.INTERNAL_PORT}/health/ready`)).ok;

  it('is migrated and seeded twice without a difference, then answers, and ends with 0 on SIGTERM', async () => {
    for (const expected of [
      { applied: /applied 20\d{12}_products/, added: 100 },
      { applied: /^$/, added: 0 },
    ]) {
      const startedAt = Date.now();
      const migrate = run('migrate');
      expect(await migrate.ended).toBe(0);
      // The engine leaves a timer of ten seconds behind.
      expect(Date.now() - startedAt).toBeLessThan(9_000);
      expect(migrate.stdout()).toMatch(expected.applied);
      const seed = run('seed');
      expect(await seed.ended).toBe(0);
      expect(JSON.parse(seed.stdout())).toMatchObject({ added: expected.added, known: 100 - expected.added });
    }
    const service = run('main');
    await eventually(isReady, { timeoutMs: 10_000 });
    const products = await fetch(`http://127.0.0.1:${env.HTTP_PORT}/products/?limit=100`);
    await expect(products.json()).resolves.toHaveLength(100);
    await service.kill('SIGTERM');
    await expect(service.ended).resolves.toBe(0);
    const lines = service
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ level: 'info', service: 'product-service', msg: 'stopped' });
  });

  it('is killed and started again: a call made meanwhile is answered by the new process', async () => {
    await run('migrate').ended;
    await run('seed').ended;
    const first = run('main');
    await eventually(isReady, { timeoutMs: 10_000 });
    const client = createGrpcClient(`127.0.0.1:${env.GRPC_PORT}`);
    await callUnary(client, GetProduct, { id: 1 });

    await first.kill('SIGKILL');
    await expect(callUnary(client, GetProduct, { id: 1 })).rejects.toMatchObject({ kind: 'unavailable' });
    run('main');
    await eventually(() => callUnary(client, GetProduct, { id: 1 }), { timeoutMs: 10_000 });
    client.close();
  });

  it('lists everything that is wrong with its environment, ends with 78, and has opened nothing', async () => {
    const service = run('main', {
      DATABASE_URL: 'mysql://root@localhost/shop',
      GRPC_PORT: '70000',
      HTTP_PORT: 'eighty',
      LOG_LEVEL: 'loud',
      USER_SERVICE_INTERNAL_URL: '',
    });
    expect(await service.ended).toBe(78);
    for (const name of ['DATABASE_URL', 'GRPC_PORT', 'HTTP_PORT', 'LOG_LEVEL', 'USER_SERVICE_INTERNAL_URL']) {
      expect(service.stderr()).toContain(name);
    }
    expect(service.stderr()).not.toContain('mysql://');
    expect(service.stdout()).toBe('');
  });

  it('refuses a URL that stops after its scheme', async () => {
    const service = run('main', { DATABASE_URL: 'postgres://', USER_SERVICE_INTERNAL_URL: 'http://' });
    expect(await service.ended).toBe(78);
    expect(service.stderr()).toContain('DATABASE_URL');
    expect(service.stderr()).toContain('USER_SERVICE_INTERNAL_URL');
  });

  it.each([
    ['is not migrated', () => ({})],
    ['does not answer', () => ({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' })],
  ])('ends with 1 and one clear line when the database %s', async (_what, changes) => {
    const service = run('main', changes());
    expect(await service.ended).toBe(1);
    const lines = service
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ level: 'fatal', msg: 'start failed' }]);
  });

  it('says which port is taken', async () => {
    await run('migrate').ended;
    run('main');
    await eventually(isReady, { timeoutMs: 10_000 });
    const second = run('main', { HTTP_PORT: '0', INTERNAL_PORT: '0' });
    expect(await second.ended).toBe(1);
    expect(second.stdout()).toContain(`gRPC cannot listen on 127.0.0.1:${env.GRPC_PORT}`);
  });
});
