import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createLifecycle, type Lifecycle } from '@agora/service-kit';
import { createTestVhost, type TestVhost } from '@agora/tests/broker';
import { createTestDatabase, type TestDatabase } from '@agora/tests/database';
import { eventually } from '@agora/tests/eventually';
import { type Answer, type Call, httpClient } from '@agora/tests/http-client';
import { startTestIdentity, type TestIdentity } from '@agora/tests/identity';
import { createTestLogger } from '@agora/tests/logger';
import pg from 'pg';
import { expect } from 'vitest';
import type { InventoryConfig } from '../src/config.ts';
import { startInventoryService } from '../src/inventory-service.ts';
import { createPrisma } from '../src/storage/postgres.ts';
import { createStockRepository } from '../src/storage/stock-repository.ts';

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

export type TestInventoryService = RunningInstance & {
  readonly config: InventoryConfig;
  readonly vhost: TestVhost;
  readonly identity: TestIdentity;
  readonly database: TestDatabase;
  /** Looks into the database. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Puts so many pieces of a product on sale, as the seed does. */
  stock(productId: number, pieces: number): Promise<void>;
  /** Products whose ledger does not add up to their stock, or whose reservations do not add up to what is reserved. None, ever. */
  unbalanced(): Promise<Record<string, unknown>[]>;
  /** The public listener, as nobody. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  newUser(name?: string, role?: 'customer' | 'admin'): TestUser;
  /** One more process's worth of the service on the same database. Stopped with the first. */
  startAnother(config?: Partial<InventoryConfig>): Promise<RunningInstance>;
  /** What any instance logged above info. */
  warnings(): Record<string, unknown>[];
  /** Resolves when every instance is connected to the broker. */
  ready(): Promise<void>;
  close(): Promise<void>;
};

/** The service in this process, on a database and a vhost of its own, with an identity that stands in. */
export async function startForTest(overrides: Partial<InventoryConfig> = {}): Promise<TestInventoryService> {
  const [database, vhost, identity] = await Promise.all([
    createTestDatabase({ serviceDirectory }),
    createTestVhost(),
    startTestIdentity(),
  ]);
  const config: InventoryConfig = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: 0,
    INTERNAL_PORT: 0,
    OTEL_SERVICE_NAME: 'inventory-service',
    DATABASE_URL: database.url,
    RABBITMQ_URL: vhost.amqpUrl,
    RETRY_DELAYS_MS: '50,100',
    USER_SERVICE_INTERNAL_URL: identity.internalUrl,
    ...overrides,
  };
  const others: RunningInstance[] = [];
  const service = await startInstance(config);
  const call = httpClient(service.url);
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => {});
  const query = async (text: string, values?: unknown[]) => (await pool.query(text, values)).rows;
  const stock = createStockRepository({ pool, prisma: createPrisma(pool) });
  return {
    ...service,
    config,
    vhost,
    identity,
    database,
    query,
    stock: async (productId, pieces) => void (await stock.addMissing([{ productId, stock: pieces }])),
    unbalanced: () => query(UNBALANCED),
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
    warnings: () =>
      [service, ...others].flatMap(({ logs }) => logs.filter(({ level }) => level !== 'info' && level !== 'debug')),
    ready: () =>
      eventually(async () => {
        for (const { internalUrl } of [service, ...others]) {
          expect((await httpClient(internalUrl)('GET', '/health/ready')).body.status).toBe('ok');
        }
      }),
    async close() {
      await Promise.all([service, ...others].map(({ lifecycle }) => lifecycle.stop()));
      await pool.end();
      await Promise.all([database.close(), vhost.close(), identity.close()]);
    },
  };
}

const UNBALANCED = `
  SELECT s.*, ledger.pieces, taken.quantity
    FROM stock s
    LEFT JOIN (SELECT product_id, sum(pieces) AS pieces FROM stock_movements GROUP BY 1) ledger USING (product_id)
    LEFT JOIN (SELECT product_id, sum(quantity) AS quantity FROM reservations WHERE reason IS NULL GROUP BY 1) taken
        USING (product_id)
   WHERE s.available <> coalesce(ledger.pieces, 0) OR s.reserved <> coalesce(taken.quantity, 0)`;

async function startInstance(config: InventoryConfig): Promise<RunningInstance> {
  const { logger, lines: logs } = createTestLogger();
  const lifecycle = createLifecycle(logger);
  const { httpPort, internalPort } = await startInventoryService(config, { lifecycle, logger });
  return {
    lifecycle,
    logs,
    url: `http://127.0.0.1:${httpPort}`,
    internalUrl: `http://127.0.0.1:${internalPort}`,
  };
}
