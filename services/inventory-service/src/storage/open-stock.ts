import type { Tx } from '@agora/messaging';
import type { NewDecision } from '../stock/decide-orders.ts';
import type { OpenStock } from '../stock/reserve-stock.ts';
import type { Decision, RejectionReason } from '../stock/stock.ts';

// In the order of ids: two batches with products in common wait for each other instead of deadlocking.
const LOCK = `
  SELECT product_id, available FROM stock WHERE product_id = ANY($1::int[]) ORDER BY product_id FOR NO KEY UPDATE`;

// Every line of an order has the same decision, so any one tells it.
const DECIDED = `
  SELECT DISTINCT ON (order_id) order_id, reason FROM reservations WHERE order_id = ANY($1::uuid[]) ORDER BY order_id`;

// The ledger's unique key (order, product) is what makes a second effect impossible; everything here fails together with it.
// Only rejections may meet a row that is there already: two decisions about unknown products have no stock to queue for.
const RECORD = `
  WITH decision AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::rejection_reason[])
                    AS d (order_id, product_id, quantity, reason)
  ), rejected AS (
    INSERT INTO reservations (order_id, product_id, quantity, reason)
    SELECT order_id, product_id, quantity, reason FROM decision WHERE reason IS NOT NULL
        ON CONFLICT DO NOTHING
  ), reserved AS (
    INSERT INTO reservations (order_id, product_id, quantity)
    SELECT order_id, product_id, quantity FROM decision WHERE reason IS NULL
  ), movement AS (
    INSERT INTO stock_movements (product_id, pieces, kind, order_id)
    SELECT product_id, -quantity, 'reservation', order_id FROM decision WHERE reason IS NULL
  )
  UPDATE stock s
     SET available = s.available - taken.quantity, reserved = s.reserved + taken.quantity
    FROM (SELECT product_id, sum(quantity) AS quantity FROM decision WHERE reason IS NULL GROUP BY product_id) taken
   WHERE s.product_id = taken.product_id`;

/** Stock within the transaction of a batch of events. */
export function stockIn(tx: Tx): OpenStock {
  return {
    async lock(productIds) {
      const { rows } = await tx.query<{ product_id: number; available: number }>(LOCK, [productIds]);
      return new Map(rows.map(({ product_id, available }) => [product_id, available]));
    },

    async decided(orderIds) {
      const { rows } = await tx.query<{ order_id: string; reason: RejectionReason | null }>(DECIDED, [orderIds]);
      return new Map(rows.map(({ order_id, reason }) => [order_id, decisionOf(reason)]));
    },

    async record(decisions) {
      const rows = decisions.flatMap(({ orderId, decision, needs }) =>
        needs.map(({ productId, quantity }) => ({ orderId, productId, quantity, reason: reasonOf(decision) })),
      );
      await tx.query(RECORD, [
        rows.map(({ orderId }) => orderId),
        rows.map(({ productId }) => productId),
        rows.map(({ quantity }) => quantity),
        rows.map(({ reason }) => reason),
      ]);
    },
  };
}

function decisionOf(reason: RejectionReason | null): Decision {
  return reason === null ? { outcome: 'reserved' } : { outcome: 'rejected', reason };
}

function reasonOf(decision: NewDecision['decision']): RejectionReason | null {
  return decision.outcome === 'reserved' ? null : decision.reason;
}
