import type { Product } from './product.ts';

const MATERIALS = ['Oak', 'Walnut', 'Steel', 'Linen', 'Ceramic', 'Copper', 'Glass', 'Leather', 'Wool', 'Cork'] as const;

/** Name, and the price in cents of the plainest material. */
const GOODS = [
  ['Bowl', 1_490],
  ['Desk Lamp', 4_900],
  ['Water Bottle', 2_250],
  ['Notebook', 1_290],
  ['Serving Tray', 2_890],
  ['Coaster Set', 990],
  ['Plant Pot', 1_790],
  ['Wall Clock', 3_990],
  ['Pen Holder', 1_150],
  ['Storage Box', 2_490],
] as const;

/** The hundred products of the demonstration shop, ids 1 to 100: each good in each material. */
export const DEMO_PRODUCTS: readonly Product[] = GOODS.flatMap(([good, priceCents], shelf) =>
  MATERIALS.map((material, place) => ({
    id: shelf * MATERIALS.length + place + 1,
    name: `${material} ${good}`,
    unitPriceCents: priceCents + place * 150,
    currency: 'EUR',
  })),
);
