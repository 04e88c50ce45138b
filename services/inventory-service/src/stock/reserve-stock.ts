import { decideOrders, type NewDecision } from './decide-orders.ts';
import type { Decision, StockRequest } from './stock.ts';

/** Stock and decisions, as one transaction sees and changes them. */
export type OpenStock = {
  /** Pieces available of the products that exist. Nobody else can change them until the transaction ends. */
  lock(productIds: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** What was decided about these orders. To be asked after `lock`: only then can no other decision be under way. */
  decided(orderIds: readonly string[]): Promise<ReadonlyMap<string, Decision>>;
  record(decisions: readonly NewDecision[]): Promise<void>;
};

export type ReserveStockDeps = { readonly stock: OpenStock };

/** Reserves all lines of each order, or rejects it. Answers a decision per request; one that was decided before keeps its decision. */
export async function reserveStock(
  { stock }: ReserveStockDeps,
  requests: readonly StockRequest[],
): Promise<Decision[]> {
  const productIds = new Set(requests.flatMap(({ lines }) => lines.map(({ productId }) => productId)));
  const available = await stock.lock([...productIds]);
  const decided = await stock.decided(requests.map(({ orderId }) => orderId));
  const { decisions, fresh } = decideOrders(requests, { available, decided });
  if (fresh.length > 0) await stock.record(fresh);
  return decisions;
}
