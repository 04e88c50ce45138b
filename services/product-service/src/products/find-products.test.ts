import { describe, expect, it } from 'vitest';
import { findProducts } from './find-products.ts';

describe('findProducts', () => {
  const sold = [3, 7, 9].map((id) => ({ id, name: `Product ${id}`, unitPriceCents: id * 100, currency: 'EUR' }));
  const asked: number[][] = [];
  const products = {
    findAll: async (ids: readonly number[]) => {
      asked.push([...ids]);
      return sold.filter(({ id }) => ids.includes(id));
    },
  };

  it('answers in the order asked, not in the order found', async () => {
    const { found } = await findProducts({ products }, [9, 3, 7]);
    expect(found.map(({ id }) => id)).toEqual([9, 3, 7]);
  });

  it('names what is not sold', async () => {
    await expect(findProducts({ products }, [3, 4, 7, 5])).resolves.toMatchObject({ missingIds: [4, 5] });
  });

  it('takes an id that comes twice for one', async () => {
    const { found, missingIds } = await findProducts({ products }, [3, 4, 3, 4]);
    expect(found.map(({ id }) => id)).toEqual([3]);
    expect(missingIds).toEqual([4]);
  });

  it('refuses more than a hundred ids, and takes a hundred', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => index + 1);
    await expect(findProducts({ products }, ids)).rejects.toMatchObject({ kind: 'invalid', code: 'too_many_products' });
    await expect(findProducts({ products }, ids.slice(1))).resolves.toMatchObject({ found: { length: 3 } });
  });

  it.each([0, -1])('refuses %i for an id, without asking for the others', async (id) => {
    const before = asked.length;
    await expect(findProducts({ products }, [3, id])).rejects.toMatchObject({ code: 'invalid_product_id' });
    expect(asked).toHaveLength(before);
  });
});
