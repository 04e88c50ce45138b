import { fileURLToPath } from 'node:url';
import { createLifecycle, type Lifecycle } from '@agora/service-kit';
import { openPool } from '@agora/service-kit/postgres';
import { createTestDatabase, type TestDatabase } from '@agora/tests/database';
import { type Answer, type Call, httpClient } from '@agora/tests/http-client';
import { startTestIdentity, type TestIdentity } from '@agora/tests/identity';
import { createTestLogger } from '@agora/tests/logger';
import type { ProductConfig } from '../src/config.ts';
import { startProductService } from '../src/product-service.ts';
import { DEMO_PRODUCTS } from '../src/products/demo-products.ts';
import { createPrisma } from '../src/storage/postgres.ts';
import { createProductRepository } from '../src/storage/product-repository.ts';

const serviceDirectory = fileURLToPath(new URL('..', import.meta.url));

export type TestProductService = {
  readonly config: ProductConfig;
  readonly database: TestDatabase;
  readonly identity: TestIdentity;
  readonly lifecycle: Lifecycle;
  readonly logs: readonly Record<string, unknown>[];
  /** host:port */
  readonly grpcAddress: string;
  /** The public listener. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  callInternal(path: string): Promise<Answer>;
  close(): Promise<void>;
};

/** The service in this process, on a database of its own that holds the demo products. */
export async function startForTest(): Promise<TestProductService> {
  const [database, identity] = await Promise.all([createTestDatabase({ serviceDirectory }), startTestIdentity()]);
  const { logger, lines: logs } = createTestLogger();
  const pool = openPool({ url: database.url, service: 'test', logger });
  await createProductRepository(createPrisma(pool)).addMissing(DEMO_PRODUCTS);
  await pool.end();

  const lifecycle = createLifecycle(logger);
  const config: ProductConfig = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: 0,
    INTERNAL_PORT: 0,
    GRPC_PORT: 0,
    OTEL_SERVICE_NAME: 'product-service',
    DATABASE_URL: database.url,
    USER_SERVICE_INTERNAL_URL: identity.internalUrl,
  };
  const { httpPort, internalPort, grpcPort } = await startProductService(config, { lifecycle, logger });
  const internal = httpClient(`http://127.0.0.1:${internalPort}`);
  return {
    config,
    database,
    identity,
    lifecycle,
    logs,
    grpcAddress: `127.0.0.1:${grpcPort}`,
    call: httpClient(`http://127.0.0.1:${httpPort}`),
    callInternal: (path) => internal('GET', path),
    async close() {
      await lifecycle.stop();
      await Promise.all([database.close(), identity.close()]);
    },
  };
}
