import { onBatch, type Subscription } from '@agora/messaging';
import { StockReserved } from '@agora/shared-events';
import { settleOrders } from '../orders/settle-order.ts';
import type { SettlingDeps } from './settling.ts';

export const onStockReserved = ({ ordersIn, onIllegal }: SettlingDeps): Subscription =>
  onBatch(StockReserved, (events, tx) =>
    settleOrders(
      { orders: ordersIn(tx), onIllegal },
      events.map(({ data }) => ({ orderId: data.order_id, settlement: { status: 'confirmed' } })),
    ),
  );
