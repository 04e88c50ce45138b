import type { Price } from '../orders/place-order.ts';

type Catalog = { priceOf(productId: number): Promise<Price> };
type Entry = { readonly price: Promise<Price>; readonly askedAt: number };

export type PriceCacheOptions = {
  /** An order may be priced as the catalogue was this long ago, and no longer. */
  readonly maxAgeMs: number;
  readonly maxEntries: number;
  readonly now?: () => number;
};

/**
 * Keeps prices for a moment, because a popular product is priced hundreds of times a second. Those who ask while the catalogue
 * is being asked share its answer. Only prices are kept: a refusal is forgotten at once.
 */
export function cachePrices(catalog: Catalog, { maxAgeMs, maxEntries, now = Date.now }: PriceCacheOptions): Catalog {
  const entries = new Map<number, Entry>();

  function ask(productId: number): Promise<Price> {
    const entry = { price: catalog.priceOf(productId), askedAt: now() };
    entries.delete(productId);
    entries.set(productId, entry);
    // A map keeps the order of insertion, so the first entry is the oldest.
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    entry.price.catch(() => {
      if (entries.get(productId) === entry) entries.delete(productId);
    });
    return entry.price;
  }

  return {
    priceOf(productId) {
      const entry = entries.get(productId);
      // Measured from the question, not the answer: a slow answer is as old as its question.
      return entry !== undefined && now() - entry.askedAt < maxAgeMs ? entry.price : ask(productId);
    },
  };
}
