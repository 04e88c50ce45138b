import { ambiguousInput, productIdRequired } from '../orders/order-errors.ts';
import type { OrderFields } from './order-schemas.ts';

/** What to order, from the one place of the request that says so. */
export function orderInput(query: OrderFields, body: OrderFields | null): { productId: number; quantity: number } {
  if (hasFields(query) && hasFields(body)) throw ambiguousInput();
  const { product_id: productId, quantity = 1 } = hasFields(body) ? body : query;
  if (productId === undefined) throw productIdRequired();
  return { productId, quantity };
}

function hasFields(fields: OrderFields | null): fields is OrderFields {
  return fields !== null && Object.keys(fields).length > 0;
}
