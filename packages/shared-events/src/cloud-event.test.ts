import { describe, expect, it } from 'vitest';
import { newEvent, parseEvent } from './cloud-event.ts';
import { OrderPlaced } from './order-events.ts';
import { StockReserved } from './stock-events.ts';

const ORDER = '0199b0a2-0000-7000-8000-000000000001';
const data = {
  order_id: ORDER,
  user_id: ORDER,
  currency: 'EUR',
  lines: [{ product_id: 99, quantity: 1, unit_price_cents: 1_000 }],
};
const event = newEvent(OrderPlaced, { source: '/test', subject: ORDER, aggregateVersion: 1, data });
const body = (change: object = {}): Buffer => Buffer.from(JSON.stringify({ ...event, ...change }));

describe('newEvent', () => {
  it('makes an event that its reader takes', () => {
    expect(parseEvent(body(), [OrderPlaced, StockReserved])).toEqual({ ok: true, contract: OrderPlaced, event });
  });

  it('names every problem of data that breaks the contract', () => {
    const broken = { ...data, order_id: ORDER.toUpperCase(), currency: 'euro' };
    expect(() => newEvent(OrderPlaced, { source: '/test', subject: ORDER, aggregateVersion: 1, data: broken })).toThrow(
      /order_id.*currency/,
    );
  });
});

describe('parseEvent', () => {
  it('tolerates fields it does not know', () => {
    expect(parseEvent(body({ tracestate: 'x', data: { ...data, note: 'new' } }), [OrderPlaced])).toMatchObject({
      ok: true,
    });
  });

  it.each([
    ['TOO_LARGE', body({ data: 'x'.repeat(300_000) })],
    ['NOT_JSON', Buffer.from('{"')],
    ['NOT_JSON', Buffer.alloc(0)],
    ['SCHEMA_INVALID', Buffer.from('null')],
    ['SCHEMA_INVALID', body({ id: 'not a uuid' })],
    ['SCHEMA_INVALID', body({ specversion: '2.0' })],
    ['SCHEMA_INVALID', body({ data: { ...data, lines: [] } })],
    ['UNKNOWN_TYPE', body({ type: 'OrderPainted' })],
    ['UNSUPPORTED_VERSION', body({ dataschema: 'urn:agora:event:OrderPlaced:v2' })],
  ])('refuses with %s', (reason, broken) => {
    expect(parseEvent(broken, [OrderPlaced])).toMatchObject({ ok: false, reason });
  });

  it('reads two versions of one type side by side', () => {
    const next = { ...OrderPlaced, version: 2 };
    const parsed = parseEvent(body({ dataschema: 'urn:agora:event:OrderPlaced:v2' }), [OrderPlaced, next]);
    expect(parsed).toMatchObject({ ok: true, contract: next });
  });
});
