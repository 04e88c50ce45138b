import { ProductId, problemResponses } from '@agora/service-kit/http';
import { type Static, Type } from 'typebox';
import type { ProductStock } from '../stock/stock.ts';

const Pieces = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });

const InventoryBody = Type.Object({
  product_id: ProductId,
  stock: Type.Integer({ minimum: 0, description: 'Pieces that can still be sold.' }),
  reserved: Type.Integer({ minimum: 0, description: 'Pieces taken out of stock for orders.' }),
});

type InventoryBody = Static<typeof InventoryBody>;

const InventoryParams = Type.Object({ product_id: ProductId }, { additionalProperties: false });

export const getInventorySchema = {
  tags: ['inventory'],
  summary: 'The stock of a product',
  params: InventoryParams,
  response: { 200: InventoryBody, ...problemResponses(400, 401, 404, 503) },
};

export const setInventorySchema = {
  tags: ['inventory'],
  summary: 'Set what can be sold of a product',
  description: 'For the role admin. Pieces that are reserved stay so; the difference goes into the ledger.',
  params: InventoryParams,
  body: Type.Object({ stock: Pieces }, { additionalProperties: false }),
  response: { 200: InventoryBody, ...problemResponses(400, 401, 403, 404, 413, 415, 503) },
};

export function toBody({ productId, stock, reserved }: ProductStock): InventoryBody {
  return { product_id: productId, stock, reserved };
}
