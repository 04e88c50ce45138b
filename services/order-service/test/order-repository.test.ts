import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openPool } from '@agora/service-kit/postgres';
import { createTestDatabase, type TestDatabase } from '@agora/tests/database';
import { silentLogger } from '@agora/tests/logger';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newOrder, type Order } from '../src/orders/order.ts';
import { createOrderRepository, type OrderRepository } from '../src/storage/order-repository.ts';
import { createPrisma } from '../src/storage/postgres.ts';
import { serviceDirectory } from './start-order-service.ts';

let database: TestDatabase;
let pool: Pool;
let orders: OrderRepository;
let stored = 0;
const onStored = () => {
  stored += 1;
};
beforeAll(async () => {
  database = await createTestDatabase({ serviceDirectory });
  pool = openPool({ url: database.url, service: 'test', logger: silentLogger });
  orders = createOrderRepository({ pool, prisma: createPrisma(pool), onStored });
});
afterAll(async () => {
  await pool?.end();
  await database?.close();
});

function orderOf(...products: number[]): Order {
  return newOrder({
    id: uuidv7(),
    userId: randomUUID(),
    currency: 'EUR',
    lines: products.map((productId) => ({ productId, quantity: 2, unitPriceCents: productId * 100 })),
    createdAt: new Date(),
  });
}

const count = async (table: string) => (await pool.query(`SELECT count(*)::int AS rows FROM ${table}`)).rows[0].rows;

describe('the order repository', () => {
  it('gives back what was added, lines in their order', async () => {
    // The same product twice: lines are told apart by position.
    const order = orderOf(3, 1, 2, 1);
    const before = stored;
    await orders.add(order);
    expect(stored).toBe(before + 1);
    expect(await orders.find(order.userId, order.id)).toEqual(order);
    expect(await orders.find(randomUUID(), order.id)).toBeUndefined();
    expect(await orders.page(order.userId, undefined, 10)).toEqual({ orders: [order], next: undefined });
  });

  it.each(['order_lines', 'outbox'])(
    'stores nothing when %s cannot be written, and announces nothing',
    async (table) => {
      const before = [await count('orders'), await count('order_lines'), await count('outbox'), stored];
      await pool.query(`ALTER TABLE ${table} ADD CONSTRAINT refuses CHECK (false) NOT VALID`);
      await expect(orders.add(orderOf(1))).rejects.toThrow('refuses');
      await pool.query(`ALTER TABLE ${table} DROP CONSTRAINT refuses`);
      expect([await count('orders'), await count('order_lines'), await count('outbox'), stored]).toEqual(before);
    },
  );

  it('adds an order with one statement, in one transaction', async () => {
    const statements: unknown[] = [];
    const counting = { query: (statement: unknown) => statements.push(statement) } as unknown as Pool;
    const repository = createOrderRepository({ pool: counting, prisma: createPrisma(pool), onStored: () => {} });
    await repository.add(orderOf(1, 2, 3));
    expect(statements).toEqual([expect.objectContaining({ name: 'add-order' })]);
  });
});

it('has the tables that the messaging package expects, word for word', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const tables = read('../../../packages/messaging/sql/tables.sql');
  expect(tables).toContain('CREATE TABLE outbox');
  expect(read('../prisma/migrations/20261101000000_orders/migration.sql')).toContain(tables);
});
