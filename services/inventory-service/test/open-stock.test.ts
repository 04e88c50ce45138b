import { randomUUID } from 'node:crypto';
import type { Tx } from '@agora/messaging';
import { createTestDatabase, type TestDatabase } from '@agora/tests/database';
import { eventually } from '@agora/tests/eventually';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reserveStock } from '../src/stock/reserve-stock.ts';
import type { Decision, StockRequest } from '../src/stock/stock.ts';
import { stockIn } from '../src/storage/open-stock.ts';
import { serviceDirectory } from './start-inventory-service.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase({ serviceDirectory });
  pool = new pg.Pool({ connectionString: database.url });
  await pool.query('INSERT INTO stock (product_id, available) VALUES (1, 5), (2, 5)');
});
afterAll(async () => {
  await pool?.end();
  await database?.close();
});

type Transaction = { reserve(requests: StockRequest[]): Promise<Decision[]>; commit(): Promise<void> };

async function begin(): Promise<Transaction> {
  const client = await pool.connect();
  await client.query('BEGIN');
  const tx: Tx = {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      const { rows, rowCount } = await client.query(text, [...values]);
      return { rows: rows as Row[], rowCount };
    },
  };
  return {
    reserve: (requests) => reserveStock({ stock: stockIn(tx) }, requests),
    async commit() {
      await client.query('COMMIT');
      client.release();
    },
  };
}

const waiting = async () => {
  const { rows } = await pool.query(
    "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows[0].count;
};

const requestFor = (quantity: number, ...products: number[]): StockRequest => ({
  orderId: randomUUID(),
  lines: products.map((productId) => ({ productId, quantity })),
});

/** What the second decides that comes while the first is not committed yet. */
async function oneBehindTheOther(first: StockRequest[], second: StockRequest[]): Promise<[Decision[], Decision[]]> {
  const [one, two] = [await begin(), await begin()];
  const decided = await one.reserve(first);
  const behind = two.reserve(second);
  await eventually(async () => (await waiting()) === 1);
  await one.commit();
  const decidedBehind = await behind;
  await two.commit();
  return [decided, decidedBehind];
}

describe('two transactions at once', () => {
  it('about the same order make one decision', async () => {
    const request = requestFor(5, 1);
    expect(await oneBehindTheOther([request], [request])).toEqual([
      [{ outcome: 'reserved' }],
      [{ outcome: 'reserved' }],
    ]);
    const { rows } = await pool.query('SELECT available, reserved FROM stock WHERE product_id = 1');
    expect(rows).toEqual([{ available: 0, reserved: '5' }]);
  });

  it('about the same pieces give them once', async () => {
    const rejected = { outcome: 'rejected', reason: 'out_of_stock' };
    expect(await oneBehindTheOther([requestFor(3, 2)], [requestFor(3, 2)])).toEqual([
      [{ outcome: 'reserved' }],
      [rejected],
    ]);
  });
});

it('lets no order take a product twice, whatever the code does', async () => {
  const insert = `INSERT INTO stock_movements (product_id, pieces, kind, order_id) VALUES (2, -1, 'reservation', $1)`;
  const orderId = randomUUID();
  await pool.query(insert, [orderId]);
  await expect(pool.query(insert, [orderId])).rejects.toMatchObject({ code: '23505' });
  await expect(pool.query('UPDATE stock SET available = -1')).rejects.toMatchObject({ code: '23514' });
});
