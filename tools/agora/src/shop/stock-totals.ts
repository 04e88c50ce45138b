import { createShopClient, numberField } from './shop-client.ts';

export type StockTotals = { readonly stock: number; readonly reserved: number };

/** Stock and reservations over all of `products`, as a customer of the shop at `base` sees them. Signs a customer up to ask. */
export async function stockTotals(base: string, products: readonly number[]): Promise<StockTotals> {
  const shop = createShopClient(base, { connections: 8 });
  try {
    const email = `stock-${Date.now()}-${process.pid}@example.com`;
    const { token } = await shop.newCustomer({ name: 'stock', email, password: 'a long enough passphrase' });
    const each = await Promise.all(
      products.map(async (product) => {
        const { status, body } = await shop.call('GET', `/inventory/${product}`, { token });
        if (status !== 200) throw new Error(`GET /inventory/${product} answered ${status}`);
        return { stock: numberField(body, 'stock'), reserved: numberField(body, 'reserved') };
      }),
    );
    return each.reduce((sum, one) => ({ stock: sum.stock + one.stock, reserved: sum.reserved + one.reserved }));
  } finally {
    await shop.close();
  }
}
