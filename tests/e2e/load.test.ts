import { afterAll, describe, expect, it } from 'vitest';
import { placeOrders } from '../../tools/agora/src/shop/place-orders.ts';
import { stockTotals } from '../../tools/agora/src/shop/stock-totals.ts';
import { waitUntilSettled } from '../../tools/agora/src/shop/wait-until-settled.ts';
import { shopUnderTest } from '../support/shop.ts';

const shop = shopUnderTest();
afterAll(() => shop.close());

const PRODUCTS = Array.from({ length: 20 }, (_, index) => 61 + index);

describe('2,000 orders of 20 customers, 32 at once', () => {
  it('are all accepted and settled, and reservations equal the drop in stock', async () => {
    // 60 pieces of each product, 100 orders for it: some are rejected.
    for (const product of PRODUCTS) await shop.setStock(product, 60);
    const before = await stockTotals(shop.base, PRODUCTS);
    const load = await placeOrders({ base: shop.base, orders: 2_000, users: 20, concurrency: 32, products: PRODUCTS });
    expect(load).toMatchObject({ refused: {} });
    expect(load.accepted).toHaveLength(2_000);
    expect(new Set(load.accepted.map(({ id }) => id)).size).toBe(2_000);
    // A figure to read, not to test: the machine decides.
    console.log(`${Math.round(load.accepted.length / load.seconds)} orders/s`);
    const { counts } = await waitUntilSettled(shop.base, load.accepted);
    expect(counts).toEqual({ confirmed: 1_200, rejected: 800 });
    const after = await stockTotals(shop.base, PRODUCTS);
    expect(after).toEqual({ stock: before.stock - 1_200, reserved: before.reserved + 1_200 });
  });
});
