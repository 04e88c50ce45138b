import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from '@agora/tests/database';
import { eventually } from '@agora/tests/eventually';
import { freePort } from './free-port.ts';

const productService = fileURLToPath(new URL('../../product-service', import.meta.url));

export type TestProductService = {
  readonly grpcAddress: string;
  readonly databaseUrl: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
};

/** The real neighbour: product-service as a process, with its demo catalogue, on a database of its own. Not started yet. */
export async function prepareProductService(): Promise<TestProductService> {
  const database = await createTestDatabase({ serviceDirectory: productService });
  const [http, internal, grpc] = [await freePort(), await freePort(), await freePort()];
  const env = {
    OTEL_SERVICE_NAME: 'product-service',
    LOG_LEVEL: 'warn',
    HTTP_PORT: String(http),
    INTERNAL_PORT: String(internal),
    GRPC_PORT: String(grpc),
    DATABASE_URL: database.url,
    USER_SERVICE_INTERNAL_URL: 'http://127.0.0.1:1',
  };
  const run = (program: string) =>
    spawn(process.execPath, ['--conditions=agora-source', `${productService}/src/${program}.ts`], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const [seeded] = await once(run('seed'), 'exit');
  if (seeded !== 0) throw new Error(`the catalogue was not seeded: exit ${seeded}`);

  let running: ChildProcess | undefined;
  const service: TestProductService = {
    grpcAddress: `127.0.0.1:${grpc}`,
    databaseUrl: database.url,
    async start() {
      running = run('main');
      await eventually(async () => (await fetch(`http://127.0.0.1:${internal}/health/ready`)).status === 200, {
        timeoutMs: 15_000,
      });
    },
    async stop() {
      const child = running;
      running = undefined;
      if (child === undefined || child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
    async close() {
      await service.stop();
      await database.close();
    },
  };
  return service;
}
