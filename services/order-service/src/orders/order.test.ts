import { describe, expect, it } from 'vitest';
import { newOrder, type OrderStatus, type Settlement, transitionOf } from './order.ts';

const confirmed: Settlement = { status: 'confirmed' };
const rejected: Settlement = { status: 'rejected', reason: 'out_of_stock' };

describe('an order', () => {
  it('begins as placed, in its first version', () => {
    const lines = [{ productId: 99, quantity: 1, unitPriceCents: 4_200 }];
    const order = newOrder({ id: 'order', userId: 'ada', currency: 'EUR', lines, createdAt: new Date() });
    expect(order).toMatchObject({ status: 'placed', version: 1, lines });
    expect(order).not.toHaveProperty('reason');
  });

  it.each<[OrderStatus, Settlement, string]>([
    ['placed', confirmed, 'settled'],
    ['placed', rejected, 'settled'],
    ['confirmed', confirmed, 'repeated'],
    ['rejected', rejected, 'repeated'],
    ['confirmed', rejected, 'illegal'],
    ['rejected', confirmed, 'illegal'],
  ])('that is %s and hears %o: %s', (status, settlement, expected) => {
    expect(transitionOf({ status, version: 1 }, settlement)).toBe(expected);
  });
});
