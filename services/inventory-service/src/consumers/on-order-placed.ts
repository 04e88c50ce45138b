import {
  addToOutbox,
  type FreshEvent,
  type OutboxEvent,
  onBatch,
  outboxEvent,
  type Subscription,
  type Tx,
} from '@agora/messaging';
import { type EventData, OrderPlaced, StockRejected, StockReserved } from '@agora/shared-events';
import { type OpenStock, reserveStock } from '../stock/reserve-stock.ts';
import type { Decision } from '../stock/stock.ts';

export type OnOrderPlacedDeps = { readonly stockIn: (tx: Tx) => OpenStock };

export const onOrderPlaced = ({ stockIn }: OnOrderPlacedDeps): Subscription =>
  onBatch(OrderPlaced, async (events, tx) => {
    const requests = events.map(({ data }) => ({ orderId: data.order_id, lines: data.lines.map(toLine) }));
    const decisions = await reserveStock({ stock: stockIn(tx) }, requests);
    // An order that came again is answered again, the same: order-service may have lost the first answer, and ignores the second.
    await addToOutbox(
      tx,
      events.map((event, index) => answerTo(event, decisions[index])),
    );
  });

type Line = EventData<typeof OrderPlaced>['lines'][number];

const toLine = ({ product_id: productId, quantity }: Line) => ({ productId, quantity });

function answerTo(cause: FreshEvent<EventData<typeof OrderPlaced>>, decision: Decision | undefined): OutboxEvent {
  if (decision === undefined) throw new Error(`no decision about order ${cause.data.order_id}`);
  const { order_id, lines } = cause.data;
  const event = { source: '/inventory-service', subject: order_id, aggregateVersion: 1, cause };
  const data = { order_id, lines: lines.map(({ product_id, quantity }) => ({ product_id, quantity })) };
  return decision.outcome === 'reserved'
    ? outboxEvent(StockReserved, { ...event, data })
    : outboxEvent(StockRejected, { ...event, data: { ...data, reason: decision.reason } });
}
