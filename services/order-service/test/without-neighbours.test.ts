import { ORDER_EVENTS_QUEUE } from '@agora/shared-events';
import { connectEventBus } from '@agora/tests/event-bus';
import { eventually } from '@agora/tests/eventually';
import { httpClient } from '@agora/tests/http-client';
import { afterEach, describe, expect, it } from 'vitest';
import { startForTest, type TestOrderService } from './start-order-service.ts';

const NOBODY_LISTENS = 'amqp://guest:guest@127.0.0.1:1';

let service: TestOrderService | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

const readiness = async (internalUrl: string) => httpClient(internalUrl)('GET', '/health/ready');

describe('without a broker', () => {
  it('starts, takes orders, is ready and says degraded; they go out when there is one', async () => {
    service = await startForTest({ RABBITMQ_URL: NOBODY_LISTENS });
    const ada = service.newUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ada.call('POST', '/orders/?product_id=99')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));

    const { status, body } = await readiness(service.internalUrl);
    expect([status, body.status]).toEqual([200, 'degraded']);
    expect(body.parts).toMatchObject({ postgres: { status: 'ok' }, rabbitmq: { status: 'degraded' } });

    const { internalUrl } = await service.startAnother({ RABBITMQ_URL: service.vhost.amqpUrl });
    await eventually(async () => expect((await readiness(internalUrl)).body.status).toBe('ok'));
    const bus = await connectEventBus(service.vhost.amqpUrl);
    try {
      const messages = await bus.collect(ORDER_EVENTS_QUEUE);
      await eventually(() => messages.length >= 10);
      expect(new Set(messages.map(({ event }) => event.subject))).toEqual(
        new Set(answers.map(({ body: order }) => order.id)),
      );
    } finally {
      await bus.close();
    }
  });
});

describe('without its database', () => {
  it('is not ready, and answers 503 with Retry-After; and goes on when it is back', async () => {
    service = await startForTest();
    const ada = service.newUser();
    await service.database.cut();
    for (const [method, path] of [
      ['POST', '/orders/?product_id=99'],
      ['GET', '/orders/'],
      ['GET', '/orders/0199b0a2-0000-7000-8000-000000000001'],
    ] as const) {
      const { status, body, headers } = await ada.call(method, path);
      expect([method, status, body.code]).toEqual([method, 503, 'unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const { internalUrl } = service;
    expect((await readiness(internalUrl)).status).toBe(503);

    await service.database.restore();
    await eventually(async () => expect((await readiness(internalUrl)).body.status).toBe('ok'));
    expect((await ada.call('POST', '/orders/?product_id=99')).status).toBe(201);
  });
});

describe('with a database that lacks a table', () => {
  it('answers 500, and says nothing of the tables', async () => {
    service = await startForTest();
    await service.query('ALTER TABLE orders RENAME TO orders_before');
    const { status, body, text } = await service.newUser().call('POST', '/orders/?product_id=99');
    expect([status, body.code]).toEqual([500, 'internal']);
    expect(text).not.toMatch(/\borders_before\b|\brelation\b/);
  });
});

describe('stopping', () => {
  it('finishes what it was asked, and leaves no connection behind', async () => {
    service = await startForTest();
    const ada = service.newUser();
    const orders = Array.from({ length: 20 }, () => ada.call('POST', '/orders/?product_id=99'));
    await Promise.race(orders);
    const [answers] = await Promise.all([Promise.all(orders), service.lifecycle.stop()]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await service.query('SELECT count(*)::int FROM orders')).toEqual([{ count: 20 }]);
    const connections = await service.query(
      "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'order-service'",
    );
    expect(connections).toEqual([{ count: 0 }]);
  });
});
