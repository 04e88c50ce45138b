import { afterAll, describe, expect, it } from 'vitest';
import { placeOrders } from '../../tools/agora/src/shop/place-orders.ts';
import { waitUntilSettled } from '../../tools/agora/src/shop/wait-until-settled.ts';
import { eventually } from '../support/eventually.ts';
import { ordersAndEffects } from '../support/orders-and-effects.ts';
import { shopUnderTest } from '../support/shop.ts';

const shop = shopUnderTest();
afterAll(() => shop.close());

const ORDERS = 600;
const PARTS = ['user-service', 'product-service', 'order-service', 'inventory-service', 'rabbitmq'];
const CASES = (['SIGKILL', 'SIGTERM'] as const).flatMap((signal, round) =>
  PARTS.map((part, index) => ({ signal, part, product: 31 + round * PARTS.length + index })),
);

describe.each(CASES)('$signal to $part in the middle of a run', ({ signal, part, product }) => {
  it('loses no accepted order and reserves none twice', async () => {
    await shop.setStock(product, 2 * ORDERS);
    const before = await shop.stockOf(product);
    const pid = (await shop.parts()).get(part)?.pid ?? 0;
    let sent = false;
    const load = await placeOrders({
      base: shop.base,
      orders: ORDERS,
      users: 4,
      concurrency: 16,
      products: [product],
      onRefusal: 'record',
      onProgress: (answered) => {
        if (!sent && answered >= 30) sent = process.kill(pid, signal);
      },
    });
    expect(sent).toBe(true);
    await eventually(
      async () => {
        const now = (await shop.parts()).get(part);
        expect(now?.health).toMatch(/ok|degraded/);
        expect(now?.pid).not.toBe(pid);
      },
      { timeoutMs: 60_000 },
    );
    // The gateway refused what was not accepted (500: verify is away), a service says it is not available, or the connection broke.
    const expected = /^(500|502|503( \w*unavailable| overloaded)?|504|UND_ERR_SOCKET|ECONN\w+)$/;
    expect(Object.keys(load.refused).filter((reason) => !expected.test(reason))).toEqual([]);
    expect(load.accepted.length).toBeGreaterThan(0);
    const { counts } = await waitUntilSettled(shop.base, load.accepted);
    expect(counts).toEqual({ confirmed: load.accepted.length });

    // An order whose answer was lost is an order all the same: it is in the database, and has its effect once as well.
    await eventually(
      async () => {
        const { orders, reservations } = await ordersAndEffects(shop, product);
        for (const { id } of load.accepted) expect(orders.get(id)).toBe('confirmed');
        expect([...orders.values()].every((status) => status === 'confirmed')).toBe(true);
        expect([...reservations.keys()].sort()).toEqual([...orders.keys()].sort());
        expect([...reservations.values()].every((pieces) => pieces.length === 1 && pieces[0] === 1)).toBe(true);
        const after = await shop.stockOf(product);
        expect(before.stock - after.stock).toBe(orders.size);
        expect(after.reserved - before.reserved).toBe(orders.size);
      },
      { timeoutMs: 30_000 },
    );
  });
});
