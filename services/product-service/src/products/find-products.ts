import type { Product } from './product.ts';
import { invalidProductId, tooManyProducts } from './product-errors.ts';

const MOST_AT_ONCE = 100;

export type FindProductsDeps = {
  readonly products: { findAll(ids: readonly number[]): Promise<Product[]> };
};

/** The products asked for, in the order asked, and the ids that are not sold. */
export async function findProducts(
  { products }: FindProductsDeps,
  ids: readonly number[],
): Promise<{ found: Product[]; missingIds: number[] }> {
  if (ids.length > MOST_AT_ONCE) throw tooManyProducts(MOST_AT_ONCE);
  if (ids.some((id) => id < 1)) throw invalidProductId();
  const asked = [...new Set(ids)];
  const byId = new Map((await products.findAll(asked)).map((product) => [product.id, product]));
  return {
    found: asked.flatMap((id) => byId.get(id) ?? []),
    missingIds: asked.filter((id) => !byId.has(id)),
  };
}
