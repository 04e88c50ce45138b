import { OrderPlaced, StockReserved } from '@agora/shared-events';
import { runInRequestContext } from '@agora/telemetry';
import { expect, it } from 'vitest';
import type { FreshEvent } from '../consumer/subscription.ts';
import { OUTBOX_COLUMNS, outboxEvent, outboxValues } from './outbox-event.ts';

const ORDER = '0199b0a2-0000-7000-8000-000000000001';
const about = { source: '/test', subject: ORDER, aggregateVersion: 1 };
const data = { order_id: ORDER, lines: [{ product_id: 1, quantity: 1 }] };

it('takes request id and trace from the request that is being served', () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const event = runInRequestContext({ requestId: 'request-0001', traceparent }, () =>
    outboxEvent(StockReserved, { ...about, data }),
  );
  expect(event.headers).toEqual({ 'x-request-id': 'request-0001', traceparent });
  expect(event.envelope).toMatchObject({ correlationid: 'request-0001', subject: ORDER, type: 'StockReserved' });
});

it('takes them from the event that caused it, and names that event', () => {
  const cause: FreshEvent = {
    id: '0199b0a2-0000-7000-8000-000000000002',
    type: 'OrderPlaced',
    subject: ORDER,
    time: '',
    aggregateVersion: 1,
    data: {},
    headers: { requestId: 'request-0002' },
    correlationId: 'request-0001',
  };
  const event = runInRequestContext({ requestId: 'somebody-else' }, () =>
    outboxEvent(StockReserved, { ...about, data, cause }),
  );
  expect(event.headers).toEqual({ 'x-request-id': 'request-0002' });
  expect(event.envelope).toMatchObject({ correlationid: 'request-0001', causationid: cause.id });
});

it('refuses data that breaks the contract', () => {
  expect(() =>
    outboxEvent(OrderPlaced, { ...about, data: { ...data, user_id: 'me', currency: 'EUR', lines: [] } }),
  ).toThrow(/user_id/);
});

it('has a value for every column', () => {
  const values = outboxValues(outboxEvent(StockReserved, { ...about, data }));
  expect(values).toHaveLength(OUTBOX_COLUMNS.split(',').length);
  expect(values.slice(1, 4)).toEqual([ORDER, 1, 'StockReserved']);
});
