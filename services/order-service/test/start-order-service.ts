import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createLifecycle, type Lifecycle } from '@agora/service-kit';
import { createTestVhost, type TestVhost } from '@agora/tests/broker';
import { createTestDatabase, type TestDatabase } from '@agora/tests/database';
import { type Answer, type Call, httpClient } from '@agora/tests/http-client';
import { startTestIdentity, type TestIdentity } from '@agora/tests/identity';
import { createTestLogger } from '@agora/tests/logger';
import pg from 'pg';
import type { OrderConfig } from '../src/config.ts';
import { startOrderService } from '../src/order-service.ts';
import { type FakeCatalog, startFakeCatalog } from './fake-catalog.ts';

export const serviceDirectory = fileURLToPath(new URL('..', import.meta.url));

export type TestUser = {
  readonly userId: string;
  readonly headers: () => Record<string, string>;
  call(method: string, path: string, call?: Call): Promise<Answer>;
};

type RunningInstance = {
  readonly lifecycle: Lifecycle;
  readonly logs: readonly Record<string, unknown>[];
  readonly url: string;
  readonly internalUrl: string;
};

export type TestOrderService = RunningInstance & {
  readonly config: OrderConfig;
  readonly vhost: TestVhost;
  readonly catalog: FakeCatalog;
  readonly identity: TestIdentity;
  readonly database: TestDatabase;
  /** Looks into the database. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** The public listener, as nobody. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  newUser(name?: string, role?: 'customer' | 'admin'): TestUser;
  /** One more process's worth of the service on the same database. Stopped with the first. */
  startAnother(config?: Partial<OrderConfig>): Promise<RunningInstance>;
  close(): Promise<void>;
};

/** The service in this process, on a database and a vhost of its own, with a catalogue and an identity that stand in. */
export async function startForTest(overrides: Partial<OrderConfig> = {}): Promise<TestOrderService> {
  const [database, vhost, identity, catalog] = await Promise.all([
    createTestDatabase({ serviceDirectory }),
    createTestVhost(),
    startTestIdentity(),
    startFakeCatalog(),
  ]);
  const config: OrderConfig = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: 0,
    INTERNAL_PORT: 0,
    OTEL_SERVICE_NAME: 'order-service',
    DATABASE_URL: database.url,
    RABBITMQ_URL: vhost.amqpUrl,
    RETRY_DELAYS_MS: '50,100',
    USER_SERVICE_INTERNAL_URL: identity.internalUrl,
    PRODUCT_SERVICE_GRPC: catalog.address,
    ...overrides,
  };
  const others: RunningInstance[] = [];
  const service = await startInstance(config);
  const call = httpClient(service.url);
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => {});
  return {
    ...service,
    config,
    vhost,
    catalog,
    identity,
    database,
    query: async (text, values) => (await pool.query(text, values)).rows,
    call,
    newUser(name = 'ada', role = 'customer') {
      const person = { userId: randomUUID(), email: `${name}@example.org`, role };
      const headers = () => identity.headersFor(person);
      return {
        userId: person.userId,
        headers,
        call: (method, path, request = {}) =>
          call(method, path, { ...request, headers: { ...headers(), ...request.headers } }),
      };
    },
    async startAnother(changes = {}) {
      const other = await startInstance({ ...config, ...changes });
      others.push(other);
      return other;
    },
    async close() {
      await Promise.all([service, ...others].map(({ lifecycle }) => lifecycle.stop()));
      await pool.end();
      await Promise.all([database.close(), vhost.close(), identity.close(), catalog.close()]);
    },
  };
}

async function startInstance(config: OrderConfig): Promise<RunningInstance> {
  const { logger, lines: logs } = createTestLogger();
  const lifecycle = createLifecycle(logger);
  const { httpPort, internalPort } = await startOrderService(config, { lifecycle, logger });
  return {
    lifecycle,
    logs,
    url: `http://127.0.0.1:${httpPort}`,
    internalUrl: `http://127.0.0.1:${internalPort}`,
  };
}
