import { Type } from 'typebox';
import type { EventContract } from './event-contract.ts';
import { OrderId, PositiveInt } from './event-fields.ts';
import { STOCK_EXCHANGE } from './topology.ts';

const lines = Type.Array(Type.Object({ product_id: PositiveInt, quantity: PositiveInt }), {
  minItems: 1,
  maxItems: 100,
});

/** Every line of the order is reserved. Published by inventory-service, consumed by order-service. */
export const StockReserved = {
  type: 'StockReserved',
  version: 1,
  exchange: STOCK_EXCHANGE,
  routingKey: 'stock.reserved',
  data: Type.Object({ order_id: OrderId, lines }),
} as const satisfies EventContract;

/** Nothing of the order is reserved, for the reason given. Published by inventory-service, consumed by order-service. */
export const StockRejected = {
  type: 'StockRejected',
  version: 1,
  exchange: STOCK_EXCHANGE,
  routingKey: 'stock.rejected',
  data: Type.Object({
    order_id: OrderId,
    lines,
    reason: Type.Union([Type.Literal('out_of_stock'), Type.Literal('unknown_product')]),
  }),
} as const satisfies EventContract;
