import type { Purchase } from '../users/purchase-product.ts';
import type { PrismaClient } from './generated/client.ts';

export type PurchaseRepository = {
  add(purchase: Purchase): Promise<void>;
  /** Newest first, those before the id `before`. */
  page(userId: string, before: string | undefined, limit: number): Promise<Purchase[]>;
};

export function createPurchaseRepository(prisma: PrismaClient): PurchaseRepository {
  return {
    async add(purchase) {
      await prisma.purchase.create({ data: purchase });
    },

    // Ids are UUIDv7: their order is the order of time.
    page: (userId, before, limit) =>
      prisma.purchase.findMany({
        where: { userId, ...(before === undefined ? {} : { id: { lt: before } }) },
        orderBy: { id: 'desc' },
        take: limit,
      }),
  };
}
