import type { Decision, OrderLine, StockRequest } from './stock.ts';

/** A decision about an order that had none, with its pieces per product: what has to be written down. */
export type NewDecision = {
  readonly orderId: string;
  readonly decision: Decision;
  readonly needs: readonly OrderLine[];
};

export type StockPicture = {
  /** Pieces that can be sold, of each product that exists. */
  readonly available: ReadonlyMap<number, number>;
  /** What was decided before, by order id. */
  readonly decided: ReadonlyMap<string, Decision>;
};

/**
 * Decides about orders in the order they came. What one order takes the next cannot have; an order that was decided before
 * keeps its decision and takes nothing again. Answers a decision per request, in the same order, and which of them are new.
 */
export function decideOrders(
  requests: readonly StockRequest[],
  { available, decided }: StockPicture,
): { decisions: Decision[]; fresh: NewDecision[] } {
  const left = new Map(available);
  const known = new Map(decided);
  const fresh: NewDecision[] = [];
  const decisions = requests.map(({ orderId, lines }) => {
    const before = known.get(orderId);
    if (before !== undefined) return before;
    const needs = needsOf(lines);
    const decision = decide(needs, left);
    if (decision.outcome === 'reserved') {
      for (const { productId, quantity } of needs) left.set(productId, (left.get(productId) ?? 0) - quantity);
    }
    known.set(orderId, decision);
    fresh.push({ orderId, decision, needs });
    return decision;
  });
  return { decisions, fresh };
}

function decide(needs: readonly OrderLine[], left: ReadonlyMap<number, number>): Decision {
  if (needs.some(({ productId }) => !left.has(productId))) return { outcome: 'rejected', reason: 'unknown_product' };
  const suffices = needs.every(({ productId, quantity }) => quantity <= (left.get(productId) ?? 0));
  return suffices ? { outcome: 'reserved' } : { outcome: 'rejected', reason: 'out_of_stock' };
}

/** Several lines may be of one product: what counts is their sum. */
function needsOf(lines: readonly OrderLine[]): OrderLine[] {
  const quantities = new Map<number, number>();
  for (const { productId, quantity } of lines) quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
}
