import { describe, expect, it } from 'vitest';
import type { Order } from './order.ts';
import { catalogUnavailable, productNotFound } from './order-errors.ts';
import { type PlaceOrderDeps, placeOrder } from './place-order.ts';

function shopThatSells(priceOf: PlaceOrderDeps['catalog']['priceOf']) {
  const stored: Order[] = [];
  const deps: PlaceOrderDeps = {
    catalog: { priceOf },
    orders: { add: async (order) => void stored.push(order) },
    newId: () => 'new-order',
  };
  return { deps, stored };
}

const request = { userId: 'ada', productId: 99, quantity: 3 };

describe('placing an order', () => {
  it('stores it at the price of the catalogue', async () => {
    const { deps, stored } = shopThatSells(async () => ({ unitPriceCents: 4_200, currency: 'EUR' }));
    const order = await placeOrder(deps, request);
    expect(order).toMatchObject({
      id: 'new-order',
      userId: 'ada',
      status: 'placed',
      currency: 'EUR',
      lines: [{ productId: 99, quantity: 3, unitPriceCents: 4_200 }],
    });
    expect(stored).toEqual([order]);
  });

  it.each([
    ['does not sell', productNotFound()],
    ['cannot be asked about', catalogUnavailable(new Error('down'))],
  ])('stores nothing of a product the catalogue %s', async (_case, refusal) => {
    const { deps, stored } = shopThatSells(() => Promise.reject(refusal));
    await expect(placeOrder(deps, request)).rejects.toBe(refusal);
    expect(stored).toEqual([]);
  });
});
