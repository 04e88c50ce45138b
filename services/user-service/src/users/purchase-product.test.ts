import { expect, it } from 'vitest';
import { type Purchase, purchaseProduct } from './purchase-product.ts';

function start() {
  const asked: number[] = [];
  const added: Purchase[] = [];
  const deps = {
    catalog: {
      product: async (id: number) => {
        asked.push(id);
        return { id, name: 'Teapot', unitPriceCents: 1999, currency: 'EUR' };
      },
    },
    purchases: { add: async (purchase: Purchase) => void added.push(purchase) },
    newId: () => 'p1',
  };
  return { deps, asked, added };
}

it('keeps name and price as the catalogue has them now', async () => {
  const { deps, added } = start();
  const ada = { userId: 'ada', role: 'customer' } as const;
  const purchase = await purchaseProduct(deps, ada, { userId: 'ada', productId: 99, quantity: 3 });
  const { createdAt, ...rest } = purchase;
  expect(rest).toEqual({
    id: 'p1',
    userId: 'ada',
    productId: 99,
    name: 'Teapot',
    unitPriceCents: 1999,
    currency: 'EUR',
    quantity: 3,
  });
  expect(createdAt).toBeInstanceOf(Date);
  expect(added).toEqual([purchase]);
});

it.each(['customer', 'admin'] as const)('lets no %s buy for somebody else', async (role) => {
  const { deps, asked, added } = start();
  const purchase = purchaseProduct(deps, { userId: 'eve', role }, { userId: 'ada', productId: 99, quantity: 1 });
  await expect(purchase).rejects.toMatchObject({ kind: 'forbidden' });
  expect([...asked, ...added]).toEqual([]);
});
