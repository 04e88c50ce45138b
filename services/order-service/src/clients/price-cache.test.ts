import { describe, expect, it } from 'vitest';
import { cachePrices } from './price-cache.ts';

const price = { unitPriceCents: 4_200, currency: 'EUR' };

function cacheOf(priceOf: (productId: number) => Promise<typeof price>, maxEntries = 100) {
  const asked: number[] = [];
  const clock = { now: 0 };
  const catalog = {
    priceOf: (productId: number) => {
      asked.push(productId);
      return priceOf(productId);
    },
  };
  return { cache: cachePrices(catalog, { maxAgeMs: 5_000, maxEntries, now: () => clock.now }), asked, clock };
}

describe('the price cache', () => {
  it('asks once for all who wait, and for who comes soon after', async () => {
    const { cache, asked, clock } = cacheOf(async () => price);
    expect(await Promise.all(Array.from({ length: 50 }, () => cache.priceOf(99)))).toEqual(Array(50).fill(price));
    clock.now = 4_999;
    expect(await cache.priceOf(99)).toEqual(price);
    expect(asked).toEqual([99]);
  });

  it('asks again when the price is 5 s old, counted from the question', async () => {
    const answer = Promise.withResolvers<typeof price>();
    const { cache, asked, clock } = cacheOf(() => answer.promise);
    const first = cache.priceOf(99);
    clock.now = 4_000;
    answer.resolve(price);
    await first;
    clock.now = 5_000;
    await cache.priceOf(99);
    expect(asked).toEqual([99, 99]);
  });

  it('does not keep a refusal, but gives it to all who wait', async () => {
    const { cache, asked } = cacheOf(() => Promise.reject(new Error('not sold')));
    const waiting = await Promise.allSettled([cache.priceOf(4_711), cache.priceOf(4_711)]);
    expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toEqual([4_711]);
    await expect(cache.priceOf(4_711)).rejects.toThrow('not sold');
    expect(asked).toEqual([4_711, 4_711]);
  });

  it('holds a bounded number of prices and forgets the oldest', async () => {
    const { cache, asked } = cacheOf(async () => price, 2);
    for (const productId of [1, 2, 3]) await cache.priceOf(productId);
    await cache.priceOf(3);
    await cache.priceOf(2);
    expect(asked).toEqual([1, 2, 3]);
    await cache.priceOf(1);
    expect(asked).toEqual([1, 2, 3, 1]);
  });
});
