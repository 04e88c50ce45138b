import { type Asker, requireSelf } from './user.ts';

/** Name and price are what the catalogue said when it was bought; they don't follow later changes. */
export type Purchase = {
  readonly id: string;
  readonly userId: string;
  readonly productId: number;
  readonly name: string;
  readonly unitPriceCents: number;
  readonly currency: string;
  readonly quantity: number;
  readonly createdAt: Date;
};

export type CatalogProduct = { readonly name: string; readonly unitPriceCents: number; readonly currency: string };

export type PurchaseProductDeps = {
  /** Rejects when the catalogue has no such product, or cannot be asked. */
  readonly catalog: { product(id: number): Promise<CatalogProduct> };
  readonly purchases: { add(purchase: Purchase): Promise<void> };
  readonly newId: () => string;
};

export type PurchaseRequest = { readonly userId: string; readonly productId: number; readonly quantity: number };

/** Nobody buys for somebody else, an admin neither. */
export async function purchaseProduct(
  { catalog, purchases, newId }: PurchaseProductDeps,
  asker: Asker,
  { userId, productId, quantity }: PurchaseRequest,
): Promise<Purchase> {
  requireSelf(asker, userId);
  const { name, unitPriceCents, currency } = await catalog.product(productId);
  const purchase = { id: newId(), userId, productId, name, unitPriceCents, currency, quantity, createdAt: new Date() };
  await purchases.add(purchase);
  return purchase;
}
