import { PageQuery, ProductId, problemResponses, Quantity, UserIdParam } from '@agora/service-kit/http';
import { type Static, Type } from 'typebox';
import type * as core from '../users/purchase-product.ts';

const PurchaseParams = Type.Object({ id: UserIdParam }, { additionalProperties: false });

const Purchase = Type.Object({
  id: Type.String({ format: 'uuid' }),
  product_id: ProductId,
  name: Type.String(),
  quantity: Quantity,
  unit_price_cents: Type.Integer(),
  currency: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
});

export const purchaseProductSchema = {
  tags: ['purchases'],
  summary: 'Buy a product',
  description: 'Name and price are what the catalogue says at this moment. One piece unless quantity says otherwise.',
  params: PurchaseParams,
  body: Type.Object({ product_id: ProductId, quantity: Type.Optional(Quantity) }, { additionalProperties: false }),
  response: { 201: Purchase, ...problemResponses(400, 401, 403, 404, 413, 415, 503) },
};

export const listPurchasesSchema = {
  tags: ['purchases'],
  summary: "A user's purchases, newest first",
  params: PurchaseParams,
  querystring: PageQuery,
  response: { 200: Type.Array(Purchase), ...problemResponses(400, 401, 403) },
};

export function toBody(purchase: core.Purchase): Static<typeof Purchase> {
  return {
    id: purchase.id,
    product_id: purchase.productId,
    name: purchase.name,
    quantity: purchase.quantity,
    unit_price_cents: purchase.unitPriceCents,
    currency: purchase.currency,
    created_at: purchase.createdAt.toISOString(),
  };
}
