import { PageQuery, ProductId, problemResponses, Quantity } from '@agora/service-kit/http';
import { type Static, Type } from 'typebox';
import type { Order } from '../orders/order.ts';

const OrderIdField = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
});

const OrderBody = Type.Object({
  id: OrderIdField,
  status: Type.Union([Type.Literal('placed'), Type.Literal('confirmed'), Type.Literal('rejected')]),
  reason: Type.Optional(
    Type.Union([Type.Literal('out_of_stock'), Type.Literal('unknown_product')], {
      description: 'Why, of a rejected order.',
    }),
  ),
  product_id: ProductId,
  quantity: Quantity,
  unit_price_cents: Type.Integer({ minimum: 0 }),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  created_at: Type.String({ format: 'date-time' }),
});

export type OrderBody = Static<typeof OrderBody>;

const OrderFields = Type.Object(
  {
    product_id: Type.Optional(ProductId),
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: '1 when absent.' })),
  },
  { additionalProperties: false },
);

export type OrderFields = Static<typeof OrderFields>;

export const placeOrderSchema = {
  tags: ['orders'],
  summary: 'Order a product',
  description:
    "Fields come in the query or in a JSON body, not in both. The price is the catalogue's, at most 5 s old. The answer says `placed`; whether the stock sufficed is in the order soon after.",
  querystring: OrderFields,
  // Without the null branch Fastify refuses a request that has no body.
  body: Type.Union([OrderFields, Type.Null()]),
  response: { 201: OrderBody, ...problemResponses(400, 401, 404, 413, 415, 503) },
};

export const listOrdersSchema = {
  tags: ['orders'],
  summary: "The asker's orders, newest first",
  querystring: PageQuery,
  response: { 200: Type.Array(OrderBody), ...problemResponses(400, 401, 503) },
};

export const getOrderSchema = {
  tags: ['orders'],
  summary: "One of the asker's orders",
  description: "Somebody else's order is answered like one that does not exist.",
  params: Type.Object({ id: OrderIdField }, { additionalProperties: false }),
  response: { 200: OrderBody, ...problemResponses(400, 401, 404, 503) },
};

/** Of an order with several lines, which this API cannot place, the first is shown. */
export function toBody({ id, status, reason, currency, lines, createdAt }: Order): OrderBody {
  const [line] = lines;
  if (line === undefined) throw new Error(`order ${id} has no lines`);
  return {
    id,
    status,
    ...(reason === undefined ? {} : { reason }),
    product_id: line.productId,
    quantity: line.quantity,
    unit_price_cents: line.unitPriceCents,
    currency,
    created_at: createdAt.toISOString(),
  };
}
