import type { DomainError } from '@agora/service-kit';
import { type OrderState, type Settlement, transitionOf } from './order.ts';
import { orderNotFound } from './order-errors.ts';

/** What stock said about one order. */
export type StockAnswer = { readonly orderId: string; readonly settlement: Settlement };

export type SettledOrder = StockAnswer & { readonly fromVersion: number };

/** The orders, as one transaction sees and changes them. */
export type OpenOrders = {
  /** The states of those that exist, held until the transaction ends. */
  lock(ids: readonly string[]): Promise<ReadonlyMap<string, OrderState>>;
  settle(orders: readonly SettledOrder[]): Promise<void>;
};

export type SettleOrderDeps = {
  readonly orders: OpenOrders;
  /** Told of an answer that contradicts the one the order was settled by. */
  readonly onIllegal: (answer: StockAnswer, state: OrderState) => void;
};

/** Confirms and rejects orders. Repeated and contradicting answers change nothing; an answer about no order of ours is refused. */
export async function settleOrders(
  { orders, onIllegal }: SettleOrderDeps,
  answers: readonly StockAnswer[],
): Promise<('done' | DomainError)[]> {
  const states = new Map(await orders.lock([...new Set(answers.map(({ orderId }) => orderId))]));
  const settled: SettledOrder[] = [];
  const outcomes = answers.map((answer) => {
    const state = states.get(answer.orderId);
    if (state === undefined) return orderNotFound();
    const transition = transitionOf(state, answer.settlement);
    if (transition === 'illegal') onIllegal(answer, state);
    if (transition === 'settled') {
      settled.push({ ...answer, fromVersion: state.version });
      states.set(answer.orderId, { status: answer.settlement.status, version: state.version + 1 });
    }
    return 'done';
  });
  if (settled.length > 0) await orders.settle(settled);
  return outcomes;
}
