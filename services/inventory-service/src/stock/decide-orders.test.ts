import { describe, expect, it } from 'vitest';
import { decideOrders } from './decide-orders.ts';
import type { Decision } from './stock.ts';

const reserved: Decision = { outcome: 'reserved' };
const outOfStock: Decision = { outcome: 'rejected', reason: 'out_of_stock' };
const unknownProduct: Decision = { outcome: 'rejected', reason: 'unknown_product' };
const nothing = new Map<string, Decision>();

const order = (orderId: string, ...lines: [productId: number, quantity: number][]) => ({
  orderId,
  lines: lines.map(([productId, quantity]) => ({ productId, quantity })),
});

describe('deciding about orders', () => {
  it('reserves what is there, to the last piece, in the order they came', () => {
    const { decisions } = decideOrders([order('a', [99, 2]), order('b', [99, 2]), order('c', [99, 1])], {
      available: new Map([[99, 3]]),
      decided: nothing,
    });
    expect(decisions).toEqual([reserved, outOfStock, reserved]);
  });

  it('reserves all lines or none, so a rejected order leaves its pieces to the next', () => {
    const { decisions } = decideOrders([order('a', [1, 5], [2, 6]), order('b', [1, 5])], {
      available: new Map([
        [1, 5],
        [2, 5],
      ]),
      decided: nothing,
    });
    expect(decisions).toEqual([outOfStock, reserved]);
  });

  it('adds up the lines of one product', () => {
    const available = new Map([[99, 3]]);
    const { decisions, fresh } = decideOrders([order('a', [99, 2], [99, 2]), order('b', [99, 2], [99, 1])], {
      available,
      decided: nothing,
    });
    expect(decisions).toEqual([outOfStock, reserved]);
    expect(fresh.map(({ needs }) => needs)).toEqual([
      [{ productId: 99, quantity: 4 }],
      [{ productId: 99, quantity: 3 }],
    ]);
    expect(available.get(99)).toBe(3);
  });

  it('says unknown_product when one product is unknown, even if another is out of stock', () => {
    const picture = { available: new Map([[1, 0]]), decided: nothing };
    expect(decideOrders([order('a', [1, 1], [4_711, 1])], picture).decisions).toEqual([unknownProduct]);
  });

  it('repeats an earlier decision and takes nothing again, whatever the stock is now', () => {
    const { decisions, fresh } = decideOrders(
      [order('was-reserved', [99, 1]), order('was-rejected', [99, 1]), order('new', [99, 1])],
      {
        available: new Map([[99, 1]]),
        decided: new Map<string, Decision>([
          ['was-reserved', reserved],
          ['was-rejected', outOfStock],
        ]),
      },
    );
    expect(decisions).toEqual([reserved, outOfStock, reserved]);
    expect(fresh.map(({ orderId }) => orderId)).toEqual(['new']);
  });

  it('decides once about an order that comes twice in one batch', () => {
    const { decisions, fresh } = decideOrders([order('a', [99, 1]), order('a', [99, 1])], {
      available: new Map([[99, 1]]),
      decided: nothing,
    });
    expect(decisions).toEqual([reserved, reserved]);
    expect(fresh).toHaveLength(1);
  });
});
