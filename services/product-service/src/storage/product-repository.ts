import type { Product } from '../products/product.ts';
import type { PrismaClient } from './generated/client.ts';

type ProductPage = {
  readonly products: Product[];
  /** Where the next page begins, exclusively; undefined on the last one. */
  readonly nextAfterId: number | undefined;
};

export type ProductRepository = {
  find(id: number): Promise<Product | undefined>;
  /** Those that exist, in no particular order. */
  findAll(ids: readonly number[]): Promise<Product[]>;
  /** By id, ascending. */
  page(afterId: number, limit: number): Promise<ProductPage>;
  /** Leaves alone what is there. Answers how many were new. */
  addMissing(products: readonly Product[]): Promise<number>;
};

const COLUMNS = { id: true, name: true, unitPriceCents: true, currency: true } as const;

export function createProductRepository(prisma: PrismaClient): ProductRepository {
  return {
    async find(id) {
      const product = await prisma.product.findUnique({ where: { id }, select: COLUMNS });
      return product ?? undefined;
    },
    findAll: (ids) => prisma.product.findMany({ where: { id: { in: [...ids] } }, select: COLUMNS }),
    async page(afterId, limit) {
      // One more than asked for tells whether there is a next page.
      const found = await prisma.product.findMany({
        where: { id: { gt: afterId } },
        orderBy: { id: 'asc' },
        take: limit + 1,
        select: COLUMNS,
      });
      const products = found.slice(0, limit);
      return { products, nextAfterId: found.length > limit ? products.at(-1)?.id : undefined };
    },
    async addMissing(products) {
      const { count } = await prisma.product.createMany({ data: [...products], skipDuplicates: true });
      return count;
    },
  };
}
