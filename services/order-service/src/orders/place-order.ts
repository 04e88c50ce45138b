import { newOrder, type Order } from './order.ts';

export type Price = { readonly unitPriceCents: number; readonly currency: string };

export type PlaceOrderDeps = {
  /** Rejects with `product_not_found` or `catalogue_unavailable`. */
  readonly catalog: { priceOf(productId: number): Promise<Price> };
  /** Stores the order and the announcement that it was placed, both or neither. */
  readonly orders: { add(order: Order): Promise<void> };
  readonly newId: () => string;
};

export type OrderRequest = { readonly userId: string; readonly productId: number; readonly quantity: number };

/** The price is the catalogue's at this moment; it stays the order's, whatever the catalogue says later. */
export async function placeOrder(deps: PlaceOrderDeps, request: OrderRequest): Promise<Order> {
  const { userId, productId, quantity } = request;
  const { unitPriceCents, currency } = await deps.catalog.priceOf(productId);
  const order = newOrder({
    id: deps.newId(),
    userId,
    currency,
    lines: [{ productId, quantity, unitPriceCents }],
    createdAt: new Date(),
  });
  await deps.orders.add(order);
  return order;
}
