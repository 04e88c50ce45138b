import { type OutboxEvent, outboxEvent } from '@agora/messaging';
import { OrderPlaced } from '@agora/shared-events';
import type { Order } from '../orders/order.ts';

/** The announcement of a new order, for the outbox. */
export function orderPlaced({ id, userId, currency, lines, version }: Order): OutboxEvent {
  return outboxEvent(OrderPlaced, {
    source: '/order-service',
    subject: id,
    aggregateVersion: version,
    data: {
      order_id: id,
      user_id: userId,
      currency,
      lines: lines.map(({ productId, quantity, unitPriceCents }) => ({
        product_id: productId,
        quantity,
        unit_price_cents: unitPriceCents,
      })),
    },
  });
}
