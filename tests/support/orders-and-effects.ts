import { Client } from 'pg';
import type { ShopUnderTest } from './shop.ts';

/** What the two databases say of one product: every order for it, and every effect on its stock. */
export type OrdersAndEffects = {
  /** By order id: its status. */
  readonly orders: ReadonlyMap<string, string>;
  /** By order id: the pieces taken for it, one entry a ledger row. */
  readonly reservations: ReadonlyMap<string, readonly number[]>;
};

export async function ordersAndEffects(shop: ShopUnderTest, productId: number): Promise<OrdersAndEffects> {
  const orders = await query(
    shop,
    'agora_order',
    'SELECT o.id, o.status::text AS value FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE l.product_id = $1',
    productId,
  );
  const movements = await query(
    shop,
    'agora_inventory',
    "SELECT order_id AS id, -pieces AS value FROM stock_movements WHERE kind = 'reservation' AND product_id = $1",
    productId,
  );
  const reservations = new Map<string, number[]>();
  for (const { id, value } of movements) reservations.set(id, [...(reservations.get(id) ?? []), Number(value)]);
  return { orders: new Map(orders.map(({ id, value }) => [id, value])), reservations };
}

async function query(shop: ShopUnderTest, database: string, sql: string, productId: number) {
  const client = new Client({ connectionString: await shop.databaseUrl(database) });
  await client.connect();
  try {
    return (await client.query<{ id: string; value: string }>(sql, [productId])).rows;
  } finally {
    await client.end();
  }
}
