import { PageQuery, ProductId, problemResponses } from '@agora/service-kit/http';
import { type Static, Type } from 'typebox';
import type { Product } from '../products/product.ts';

const ProductBody = Type.Object({
  id: ProductId,
  name: Type.String(),
  unit_price_cents: Type.Integer({ minimum: 0 }),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
});

type ProductBody = Static<typeof ProductBody>;

export const listProductsSchema = {
  summary: 'What is sold, by id',
  tags: ['products'],
  querystring: PageQuery,
  response: { 200: Type.Array(ProductBody), ...problemResponses(400) },
};

export const getProductSchema = {
  summary: 'One product',
  tags: ['products'],
  params: Type.Object({ product_id: ProductId }, { additionalProperties: false }),
  response: { 200: ProductBody, ...problemResponses(400, 404) },
};

export function toBody({ id, name, unitPriceCents, currency }: Product): ProductBody {
  return { id, name, unit_price_cents: unitPriceCents, currency };
}
