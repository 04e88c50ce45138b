import { describe, expect, it } from 'vitest';
import type { OrderState, Settlement } from './order.ts';
import { type SettledOrder, type StockAnswer, settleOrders } from './settle-order.ts';

const confirmed: Settlement = { status: 'confirmed' };
const rejected: Settlement = { status: 'rejected', reason: 'out_of_stock' };

function ordersThatAre(states: Record<string, OrderState>) {
  const settled: SettledOrder[] = [];
  const illegal: StockAnswer[] = [];
  const deps = {
    orders: {
      lock: async (ids: readonly string[]) => new Map(Object.entries(states).filter(([id]) => ids.includes(id))),
      settle: async (orders: readonly SettledOrder[]) => void settled.push(...orders),
    },
    onIllegal: (answer: StockAnswer) => void illegal.push(answer),
  };
  return { deps, settled, illegal };
}

describe('settling orders', () => {
  it('confirms and rejects those that are placed', async () => {
    const { deps, settled } = ordersThatAre({
      a: { status: 'placed', version: 1 },
      b: { status: 'placed', version: 1 },
    });
    const answers = [
      { orderId: 'a', settlement: confirmed },
      { orderId: 'b', settlement: rejected },
    ];
    expect(await settleOrders(deps, answers)).toEqual(['done', 'done']);
    expect(settled).toEqual(answers.map((answer) => ({ ...answer, fromVersion: 1 })));
  });

  it('changes nothing when the answer is repeated, in a later batch or in this one', async () => {
    const { deps, settled, illegal } = ordersThatAre({
      a: { status: 'confirmed', version: 2 },
      b: { status: 'placed', version: 1 },
    });
    const answers = ['a', 'b', 'b'].map((orderId) => ({ orderId, settlement: confirmed }));
    expect(await settleOrders(deps, answers)).toEqual(['done', 'done', 'done']);
    expect(settled.map(({ orderId }) => orderId)).toEqual(['b']);
    expect(illegal).toEqual([]);
  });

  it('keeps the first answer when another contradicts it, and says so', async () => {
    const { deps, settled, illegal } = ordersThatAre({
      a: { status: 'rejected', version: 2 },
      b: { status: 'placed', version: 1 },
    });
    const answers = [
      { orderId: 'a', settlement: confirmed },
      { orderId: 'b', settlement: confirmed },
      { orderId: 'b', settlement: rejected },
    ];
    expect(await settleOrders(deps, answers)).toEqual(['done', 'done', 'done']);
    expect(settled).toEqual([{ orderId: 'b', settlement: confirmed, fromVersion: 1 }]);
    expect(illegal).toEqual([answers[0], answers[2]]);
  });

  it('refuses an answer about an order that is not here, and does the others', async () => {
    const { deps, settled } = ordersThatAre({ b: { status: 'placed', version: 1 } });
    const outcomes = await settleOrders(deps, [
      { orderId: 'ghost', settlement: confirmed },
      { orderId: 'b', settlement: confirmed },
    ]);
    expect(outcomes).toEqual([expect.objectContaining({ code: 'order_not_found' }), 'done']);
    expect(settled.map(({ orderId }) => orderId)).toEqual(['b']);
  });
});
