import type { Tx } from '@agora/messaging';
import type { OrderState } from '../orders/order.ts';
import type { OpenOrders } from '../orders/settle-order.ts';

// In the order of ids, so that two batches with orders in common wait for each other instead of deadlocking.
const LOCK = `
  SELECT id, status, version FROM orders WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`;

const SETTLE = `
  UPDATE orders o
     SET status = s.status, reason = s.reason, version = o.version + 1
    FROM unnest($1::uuid[], $2::int[], $3::order_status[], $4::rejection_reason[]) AS s (id, from_version, status, reason)
   WHERE o.id = s.id AND o.version = s.from_version`;

/** The orders within the transaction of a batch of events. */
export function ordersIn(tx: Tx): OpenOrders {
  return {
    async lock(ids) {
      const { rows } = await tx.query<OrderState & { id: string }>(LOCK, [ids]);
      return new Map(rows.map(({ id, status, version }) => [id, { status, version }]));
    },

    async settle(orders) {
      const { rowCount } = await tx.query(SETTLE, [
        orders.map(({ orderId }) => orderId),
        orders.map(({ fromVersion }) => fromVersion),
        orders.map(({ settlement }) => settlement.status),
        orders.map(({ settlement }) => (settlement.status === 'rejected' ? settlement.reason : null)),
      ]);
      // They are locked, so this is a defect. The batch is rolled back and tried again.
      if (rowCount !== orders.length) throw new Error(`${orders.length} orders to settle, ${rowCount} settled`);
    },
  };
}
