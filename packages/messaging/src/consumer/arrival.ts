import { type DeadReason, type EventContract, parseEvent } from '@agora/shared-events';
import type { ConsumeMessage } from 'amqplib';
import type { Arrived } from './batch.ts';
import type { FreshEvent, Subscription } from './subscription.ts';

export type Hopeless = { readonly reason: DeadReason; readonly detail: string };

/** Reads a message as an event somebody here subscribed to, or says why it never will be one. */
export function readArrival(message: ConsumeMessage, subscriptions: readonly Subscription[]): Arrived | Hopeless {
  const contracts: EventContract[] = subscriptions.map(({ contract }) => contract);
  const parsed = parseEvent(message.content, contracts);
  if (!parsed.ok) return { reason: parsed.reason, detail: parsed.detail };
  const subscription = subscriptions.find(({ contract }) => contract === parsed.contract);
  if (subscription === undefined) return { reason: 'UNKNOWN_TYPE', detail: parsed.event.type };
  const { id, type, subject, time, aggregateversion, data, correlationid } = parsed.event;
  const event: FreshEvent = {
    id,
    type,
    subject,
    time,
    aggregateVersion: aggregateversion,
    data,
    headers: contextHeaders(message),
    ...(correlationid === undefined ? {} : { correlationId: correlationid }),
  };
  return { event, subscription };
}

// Anybody with a connection may have written them, so they are kept only if they look right.
const REQUEST_ID = /^[A-Za-z0-9-]{8,64}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function contextHeaders({ properties }: ConsumeMessage): FreshEvent['headers'] {
  const requestId: unknown = properties.headers?.['x-request-id'];
  const traceparent: unknown = properties.headers?.traceparent;
  return {
    ...(typeof requestId === 'string' && REQUEST_ID.test(requestId) ? { requestId } : {}),
    ...(typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
  };
}
