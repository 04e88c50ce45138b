import { type QueueTopology, retryQueueName } from '@agora/shared-events';
import type { ConsumeMessage } from 'amqplib';
import { v7 as uuidv7 } from 'uuid';
import type { OutgoingMessage } from '../broker/confirmed-publisher.ts';

export type FailedCopyOptions = {
  readonly queue: QueueTopology;
  readonly retryDelaysMs: readonly number[];
  readonly now: Date;
};

/** The copy a failed message leaves behind: on the next step of the ladder, or, past the last one, among the dead letters. */
export function retryCopy(
  message: ConsumeMessage,
  error: unknown,
  { queue, retryDelaysMs, now }: FailedCopyOptions,
): OutgoingMessage {
  const attempt = attemptOf(message);
  const delayMs = retryDelaysMs[attempt];
  const lastError = shortened(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  if (delayMs === undefined) return deadCopy(message, 'RETRIES_EXHAUSTED', lastError, { queue, now });
  return copyOf(message, retryQueueName(queue.queue, delayMs), {
    ...historyOf(message, now),
    'x-attempt': attempt + 1,
    'x-last-error': lastError,
  });
}

/** The copy of a message that will never be processed, with its reason in a header. */
export function deadCopy(
  message: ConsumeMessage,
  reason: string,
  detail: string,
  { queue, now }: Pick<FailedCopyOptions, 'queue' | 'now'>,
): OutgoingMessage {
  return copyOf(message, queue.deadQueue, {
    ...historyOf(message, now),
    'x-attempt': attemptOf(message),
    'x-dead-reason': shortened(reason),
    'x-last-error': shortened(detail),
    'x-dead-at': now.toISOString(),
  });
}

/** The same copy with none of the original's headers: for one whose headers are too large to be sent again. */
export function withoutForeignHeaders(copy: OutgoingMessage): OutgoingMessage {
  const ours = Object.entries(copy.headers).filter(([name]) => OUR_HEADERS.has(name));
  return { ...copy, headers: Object.fromEntries(ours) };
}

/** How many times the message has failed. Our own count: the broker's means something else in each version. */
export function attemptOf({ properties }: ConsumeMessage): number {
  const attempt: unknown = properties.headers?.['x-attempt'];
  return typeof attempt === 'number' && Number.isInteger(attempt) && attempt > 0 ? attempt : 0;
}

const OUR_HEADERS = new Set([
  'x-attempt',
  'x-first-failed-at',
  'x-last-error',
  'x-original-exchange',
  'x-original-routing-key',
  'x-dead-reason',
  'x-dead-at',
]);
// The broker's own books, which mean different things in different versions; and CC and BCC would send the copy elsewhere.
const STRIPPED = /^(x-death|x-first-death-.*|x-last-death-.*|x-delivery-count|x-acquired-count|CC|BCC)$/;

// Not carried over: `expiration` would let a dead letter vanish, and the broker refuses a `userId` that is not ours.
function copyOf(message: ConsumeMessage, to: string, headers: Record<string, unknown>): OutgoingMessage {
  const { messageId, type, contentType, contentEncoding, correlationId, appId, timestamp } = message.properties;
  const kept = Object.entries(message.properties.headers ?? {}).filter(([name]) => !STRIPPED.test(name));
  const properties = Object.entries({ type, contentType, contentEncoding, correlationId, appId, timestamp });
  return {
    ...Object.fromEntries(properties.filter(([, value]) => value !== undefined)),
    exchange: '',
    routingKey: to,
    body: message.content,
    messageId: typeof messageId === 'string' ? messageId : uuidv7(),
    headers: { ...Object.fromEntries(kept), ...headers },
  };
}

function historyOf({ fields, properties }: ConsumeMessage, now: Date): Record<string, unknown> {
  const headers: Record<string, unknown> = properties.headers ?? {};
  return {
    'x-first-failed-at': headers['x-first-failed-at'] ?? now.toISOString(),
    'x-original-exchange': headers['x-original-exchange'] ?? fields.exchange,
    'x-original-routing-key': headers['x-original-routing-key'] ?? fields.routingKey,
  };
}

// Enough to know it again; the stack is in the log.
function shortened(text: string): string {
  return text.slice(0, 200);
}
