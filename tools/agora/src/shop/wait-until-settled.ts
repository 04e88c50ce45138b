import { setTimeout as delay } from 'node:timers/promises';
import { createShopClient, field } from './shop-client.ts';

export type AcceptedOrder = { readonly id: string; readonly token: string };

/**
 * Asks for the orders until none is `placed` any more; answers how many ended in each status and how long that took.
 * Throws when some are still open after `timeoutMs`.
 */
export async function waitUntilSettled(
  base: string,
  orders: readonly AcceptedOrder[],
  { timeoutMs = 60_000 }: { timeoutMs?: number } = {},
): Promise<{ counts: Record<string, number>; seconds: number }> {
  const shop = createShopClient(base, { connections: 16 });
  const started = performance.now();
  const counts: Record<string, number> = {};
  try {
    let open: readonly AcceptedOrder[] = orders;
    while (open.length > 0) {
      const asked = [...open];
      const still: AcceptedOrder[] = [];
      const worker = async () => {
        for (let order = asked.pop(); order !== undefined; order = asked.pop()) {
          const status = await statusOf(shop, order);
          if (status === 'confirmed' || status === 'rejected') counts[status] = (counts[status] ?? 0) + 1;
          else still.push(order);
        }
      };
      await Promise.all(Array.from({ length: 16 }, worker));
      open = still;
      if (open.length > 0 && performance.now() - started > timeoutMs) {
        throw new Error(`${open.length} of ${orders.length} orders are not settled, the first is ${open[0]?.id}`);
      }
      if (open.length > 0) await delay(50);
    }
    return { counts, seconds: (performance.now() - started) / 1000 };
  } finally {
    await shop.close();
  }
}

// A part may just be starting again: an answer that is not 200, or none, is asked for once more.
async function statusOf(shop: ReturnType<typeof createShopClient>, { id, token }: AcceptedOrder): Promise<string> {
  const answer = await shop.call('GET', `/orders/${id}`, { token }).catch(() => undefined);
  return answer?.status === 200 ? field(answer.body, 'status') : 'unknown';
}
