import { eventually } from './eventually.ts';
import type { ShopUnderTest } from './shop.ts';

export type AcceptedOrder = { readonly id: string; readonly token: string };

/** Waits until none of the orders is `placed` any more; answers with how many ended in each status. */
export async function settledOrders(
  shop: ShopUnderTest,
  orders: readonly AcceptedOrder[],
  timeoutMs = 30_000,
): Promise<Record<string, number>> {
  const ended = new Map<string, string>();
  await eventually(
    async () => {
      const open = orders.filter(({ id }) => !ended.has(id));
      const workers = Array.from({ length: 16 }, async () => {
        for (let order = open.pop(); order !== undefined; order = open.pop()) {
          const status = await shop.statusOf(order.id, order.token);
          if (status === 'confirmed' || status === 'rejected') ended.set(order.id, status);
        }
      });
      await Promise.all(workers);
      if (ended.size < orders.length)
        throw new Error(`${orders.length - ended.size} of ${orders.length} orders are not settled`);
    },
    { timeoutMs },
  );
  const counts: Record<string, number> = {};
  for (const status of ended.values()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
