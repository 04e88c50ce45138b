import type { Pool } from 'pg';
import type { InitialStock, ProductStock } from '../stock/stock.ts';
import type { PrismaClient } from './generated/client.ts';

export type StockRepository = {
  find(productId: number): Promise<ProductStock | undefined>;
  /** Sets what can be sold, and writes the difference into the ledger. Undefined when there is no such product. */
  set(productId: number, stock: number, changedBy: string): Promise<ProductStock | undefined>;
  /** Adds the products that are not there, and leaves the others as they are. Answers how many it added. */
  addMissing(stock: readonly InitialStock[]): Promise<number>;
};

// One statement, so one transaction. RETURNING sees the row before and after: also when it waited for another change.
const SET = `
  WITH changed AS (
    UPDATE stock SET available = $2 WHERE product_id = $1
    RETURNING product_id, new.available, reserved, new.available - old.available AS difference
  ), movement AS (
    INSERT INTO stock_movements (product_id, pieces, kind, changed_by)
    SELECT product_id, difference, 'adjustment', $3 FROM changed WHERE difference <> 0
  )
  SELECT available, reserved FROM changed`;

const ADD_MISSING = `
  WITH added AS (
    INSERT INTO stock (product_id, available)
    SELECT product_id, available FROM unnest($1::int[], $2::int[]) AS s (product_id, available) ORDER BY product_id
        ON CONFLICT DO NOTHING
    RETURNING product_id, available
  ), movement AS (
    INSERT INTO stock_movements (product_id, pieces, kind)
    SELECT product_id, available, 'initial' FROM added WHERE available <> 0
  )
  SELECT count(*)::int AS added FROM added`;

type ChangedRow = { readonly available: number; readonly reserved: string };

export function createStockRepository({ pool, prisma }: { pool: Pool; prisma: PrismaClient }): StockRepository {
  return {
    async find(productId) {
      const row = await prisma.stock.findUnique({ where: { productId } });
      return row === null ? undefined : { productId, stock: row.available, reserved: Number(row.reserved) };
    },

    async set(productId, stock, changedBy) {
      const values = [productId, stock, changedBy];
      const { rows } = await pool.query<ChangedRow>({ name: 'set-stock', text: SET, values });
      const [row] = rows;
      return row === undefined ? undefined : { productId, stock: row.available, reserved: Number(row.reserved) };
    },

    async addMissing(stock) {
      const values = [stock.map(({ productId }) => productId), stock.map((each) => each.stock)];
      const { rows } = await pool.query<{ added: number }>(ADD_MISSING, values);
      return rows[0]?.added ?? 0;
    },
  };
}
