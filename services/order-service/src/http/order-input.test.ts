import { describe, expect, it } from 'vitest';
import { orderInput } from './order-input.ts';

describe('the fields of an order', () => {
  it.each([
    [{ product_id: 99 }, null, { productId: 99, quantity: 1 }],
    [{ product_id: 99, quantity: 2 }, {}, { productId: 99, quantity: 2 }],
    [{}, { product_id: 7 }, { productId: 7, quantity: 1 }],
    [{}, { product_id: 7, quantity: 3 }, { productId: 7, quantity: 3 }],
  ])('%o and %o', (query, body, expected) => {
    expect(orderInput(query, body)).toEqual(expected);
  });

  it.each([
    [{ product_id: 99 }, { product_id: 99 }],
    [{ product_id: 99 }, { quantity: 2 }],
    [{ quantity: 2 }, { product_id: 99 }],
  ])('%o and %o are ambiguous', (query, body) => {
    expect(() => orderInput(query, body)).toThrowError(expect.objectContaining({ code: 'ambiguous_input' }));
  });

  it.each([
    [{}, null],
    [{}, {}],
    [{ quantity: 2 }, null],
    [{}, { quantity: 2 }],
  ])('%o and %o lack the product', (query, body) => {
    expect(() => orderInput(query, body)).toThrowError(expect.objectContaining({ code: 'validation_failed' }));
  });
});
