import { Type } from 'typebox';
import type { EventContract } from './event-contract.ts';
import { OrderId, PositiveInt, UserId } from './event-fields.ts';
import { ORDERS_EXCHANGE } from './topology.ts';

/** An order was accepted and stored. Published by order-service, consumed by inventory-service. */
export const OrderPlaced = {
  type: 'OrderPlaced',
  version: 1,
  exchange: ORDERS_EXCHANGE,
  routingKey: 'order.placed',
  data: Type.Object({
    order_id: OrderId,
    user_id: UserId,
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    lines: Type.Array(
      Type.Object({
        product_id: PositiveInt,
        quantity: PositiveInt,
        unit_price_cents: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
      }),
      { minItems: 1, maxItems: 100 },
    ),
  }),
} as const satisfies EventContract;
