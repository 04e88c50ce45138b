import { afterAll, describe, expect, it } from 'vitest';
import { placeOrders } from '../../tools/agora/src/shop/place-orders.ts';
import { waitUntilSettled } from '../../tools/agora/src/shop/wait-until-settled.ts';
import { eventually } from '../support/eventually.ts';
import { shopUnderTest } from '../support/shop.ts';

const shop = shopUnderTest();
afterAll(() => shop.close());

const brokerPid = async () => (await shop.parts()).get('rabbitmq')?.pid ?? 0;

describe('a broker that is not there', () => {
  it('accepts orders while the broker hangs, and settles them when it goes on', async () => {
    const pid = await brokerPid();
    const before = await shop.stockOf(21);
    process.kill(pid, 'SIGSTOP');
    try {
      const { accepted } = await placeOrders({ base: shop.base, orders: 60, users: 2, concurrency: 8, products: [21] });
      expect(accepted).toHaveLength(60);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const { accepted } = await placeOrders({ base: shop.base, orders: 1, users: 1, concurrency: 1, products: [21] });
    expect((await waitUntilSettled(shop.base, accepted)).counts).toEqual({ confirmed: 1 });
    await eventually(async () => expect(await shop.stockOf(21)).toMatchObject({ stock: before.stock - 61 }), {
      timeoutMs: 30_000,
    });
  });

  it('accepts orders while the broker is down, stays ready but degraded, and settles them when it is back', async () => {
    const pid = await brokerPid();
    const before = await shop.stockOf(22);
    process.kill(pid, 'SIGKILL');
    const orderService = (await shop.parts()).get('order-service');
    await eventually(async () => {
      const ready = await fetch(`http://127.0.0.1:${orderService?.ports.internal}/health/ready`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({ status: 'degraded' });
    });
    const { accepted } = await placeOrders({ base: shop.base, orders: 60, users: 2, concurrency: 8, products: [22] });
    expect(accepted).toHaveLength(60);
    expect((await waitUntilSettled(shop.base, accepted)).counts).toEqual({ confirmed: 60 });
    expect(await shop.stockOf(22)).toMatchObject({ stock: before.stock - 60, reserved: before.reserved + 60 });
    expect(await brokerPid()).not.toBe(pid);
  });
});
