import { onBatch, type Subscription } from '@agora/messaging';
import { StockRejected } from '@agora/shared-events';
import { settleOrders } from '../orders/settle-order.ts';
import type { SettlingDeps } from './settling.ts';

export const onStockRejected = ({ ordersIn, onIllegal }: SettlingDeps): Subscription =>
  onBatch(StockRejected, (events, tx) =>
    settleOrders(
      { orders: ordersIn(tx), onIllegal },
      events.map(({ data }) => ({
        orderId: data.order_id,
        settlement: { status: 'rejected', reason: data.reason },
      })),
    ),
  );
