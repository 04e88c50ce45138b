import type { EventContract, EventData } from '@agora/shared-events';
import type { Tx } from '../transaction.ts';

/** An event whose effects are not in this database yet. */
export type FreshEvent<Data = unknown> = {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  /** When it happened, by the publisher's clock. For people: never order or deduplicate by it. */
  readonly time: string;
  readonly aggregateVersion: number;
  readonly data: Data;
  readonly headers: { readonly requestId?: string; readonly traceparent?: string };
  readonly correlationId?: string;
};

/** A refusal: hopeless, so the message becomes a dead letter at once, with `code` as its reason. A DomainError is one. */
export type Refusal = { readonly kind: string; readonly code: string; readonly message: string };

/** What became of one event. For a refused one the handler must have written nothing. */
export type Outcome = 'done' | Refusal;

/**
 * Handles the fresh events of one batch inside one transaction. Answers an outcome per event, in the same order; nothing means
 * all are done. Whatever it throws rolls everything back: the batch is bisected to its culprit, which is retried with delay.
 */
export type BatchHandler<Data> = (
  events: readonly FreshEvent<Data>[],
  tx: Tx,
) => Promise<readonly Outcome[] | undefined> | Promise<void>;

/** A contract and what to do with its events. Made by `onBatch`. */
export type Subscription = { readonly contract: EventContract; readonly handler: BatchHandler<never> };

/** Subscribes `handler` to the events of `contract`. */
export function onBatch<Contract extends EventContract>(
  contract: Contract,
  handler: BatchHandler<EventData<Contract>>,
): Subscription {
  return { contract, handler };
}
