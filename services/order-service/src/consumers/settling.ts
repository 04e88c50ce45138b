import type { Tx } from '@agora/messaging';
import type { OpenOrders, SettleOrderDeps } from '../orders/settle-order.ts';

export type SettlingDeps = Pick<SettleOrderDeps, 'onIllegal'> & { readonly ordersIn: (tx: Tx) => OpenOrders };
