import type { InitialStock } from './stock.ts';

const PRODUCTS = 100;
const PIECES = 100;

/** The demo catalogue's products, 1 to 100, 100 pieces each. */
export const DEMO_STOCK: readonly InitialStock[] = Array.from({ length: PRODUCTS }, (_, index) => ({
  productId: index + 1,
  stock: PIECES,
}));
