import { ORDER_EVENTS } from '@agora/shared-events';
import type { ConsumeMessage } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { attemptOf, deadCopy, retryCopy, withoutForeignHeaders } from './copies.ts';

const now = new Date('2026-11-21T12:00:00Z');
const options = { queue: ORDER_EVENTS, retryDelaysMs: [1_000, 5_000], now };

function message(headers: Record<string, unknown>, properties: object = {}): ConsumeMessage {
  return {
    content: Buffer.from('body'),
    fields: { exchange: 'orders', routingKey: 'order.placed', deliveryTag: 1, redelivered: false, consumerTag: 'tag' },
    properties: { messageId: 'id', type: 'OrderPlaced', contentType: 'application/json', headers, ...properties },
  } as ConsumeMessage;
}

describe('retryCopy', () => {
  it('climbs a step at each failure, and remembers where the message came from', () => {
    const first = retryCopy(message({}), new TypeError('no'), options);
    expect(first).toMatchObject({
      exchange: '',
      routingKey: 'order_events.retry.1000',
      messageId: 'id',
      type: 'OrderPlaced',
      headers: {
        'x-attempt': 1,
        'x-first-failed-at': '2026-11-21T12:00:00.000Z',
        'x-last-error': 'TypeError: no',
        'x-original-exchange': 'orders',
        'x-original-routing-key': 'order.placed',
      },
    });
    const later = retryCopy(message({ ...first.headers }), 'still no', { ...options, now: new Date() });
    expect(later.routingKey).toBe('order_events.retry.5000');
    expect(later.headers).toMatchObject({ 'x-attempt': 2, 'x-first-failed-at': '2026-11-21T12:00:00.000Z' });
  });

  it('ends among the dead letters after the last step', () => {
    const copy = retryCopy(message({ 'x-attempt': 2 }), new Error('no'), options);
    expect(copy.routingKey).toBe('order_events.dead');
    expect(copy.headers).toMatchObject({
      'x-dead-reason': 'RETRIES_EXHAUSTED',
      'x-attempt': 2,
      'x-last-error': 'Error: no',
    });
  });

  it('keeps an error short', () => {
    expect(String(retryCopy(message({}), new Error('x'.repeat(5_000)), options).headers['x-last-error'])).toHaveLength(
      200,
    );
  });
});

describe('a copy', () => {
  it('carries what the message carried, but nothing that would change where it goes or how long it lives', () => {
    const copy = deadCopy(
      message(
        {
          traceparent: 'kept',
          'x-request-id': 'kept',
          'x-death': [{}],
          'x-first-death-queue': 'q',
          'x-last-death-reason': 'r',
          'x-delivery-count': 3,
          CC: ['elsewhere'],
          BCC: ['elsewhere'],
        },
        { expiration: '1000', userId: 'somebody', replyTo: 'somewhere', correlationId: 'kept', priority: 3 },
      ),
      'NOT_JSON',
      'the body is not JSON',
      options,
    );
    expect(copy).toEqual({
      exchange: '',
      routingKey: 'order_events.dead',
      body: Buffer.from('body'),
      messageId: 'id',
      type: 'OrderPlaced',
      contentType: 'application/json',
      correlationId: 'kept',
      headers: {
        traceparent: 'kept',
        'x-request-id': 'kept',
        'x-attempt': 0,
        'x-first-failed-at': now.toISOString(),
        'x-last-error': 'the body is not JSON',
        'x-original-exchange': 'orders',
        'x-original-routing-key': 'order.placed',
        'x-dead-reason': 'NOT_JSON',
        'x-dead-at': now.toISOString(),
      },
    });
  });

  it('gets an id where the message had none', () => {
    expect(deadCopy(message({}, { messageId: undefined }), 'NOT_JSON', '', options).messageId).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  it('can leave foreign headers behind', () => {
    const copy = withoutForeignHeaders(deadCopy(message({ huge: 'x' }), 'NOT_JSON', '', options));
    expect(Object.keys(copy.headers)).not.toContain('huge');
    expect(copy.headers).toMatchObject({ 'x-dead-reason': 'NOT_JSON' });
  });
});

describe('attemptOf', () => {
  it.each([undefined, 'three', -1, 1.5, Number.NaN, null])('takes %s for none', (value) => {
    expect(attemptOf(message({ 'x-attempt': value }))).toBe(0);
  });
});
