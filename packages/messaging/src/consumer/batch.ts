import type { FreshEvent, Refusal, Subscription } from './subscription.ts';

/** An event that was understood, and who wants it. */
export type Arrived = { readonly event: FreshEvent; readonly subscription: Subscription };

/** What is to become of a message: `failed` climbs the retry ladder, `refused` is a dead letter at once. */
export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly refusal: Pick<Refusal, 'code' | 'message'> }
  | { readonly kind: 'failed'; readonly error: unknown };

export const DONE: Verdict = { kind: 'done' };

/** Answers a verdict per event, in order. Policies are functions from one of these to another. */
export type BatchProcessor = (arrived: readonly Arrived[]) => Promise<readonly Verdict[]>;
