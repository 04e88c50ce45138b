import { runInRequestContext } from '@agora/telemetry';
import type { Tx } from '../transaction.ts';
import { type Arrived, DONE, type Verdict } from './batch.ts';
import type { FreshEvent, Outcome, Subscription } from './subscription.ts';

type Group = { readonly subscription: Subscription; readonly members: { event: FreshEvent; index: number }[] };

/**
 * Calls the handlers of one batch: one call per type of event, so that a handler sees as many at once as it can. When a batch
 * holds events of several types about one subject, they are handed over in the order they came.
 */
export async function dispatch(fresh: readonly Arrived[], tx: Tx): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = fresh.map(() => DONE);
  for (const { subscription, members } of groupsOf(fresh)) {
    const events = members.map(({ event }) => event as FreshEvent<never>);
    const outcomes = await inContextOf(events, () => Promise.resolve(subscription.handler(events, tx)));
    if (outcomes === undefined) continue;
    if (outcomes.length !== events.length) {
      throw new Error(`${subscription.contract.type}: ${outcomes.length} outcomes for ${events.length} events`);
    }
    for (const [position, { index }] of members.entries()) {
      verdicts[index] = verdictOf(outcomes[position] ?? 'done');
    }
  }
  return verdicts;
}

function groupsOf(fresh: readonly Arrived[]): Group[] {
  const finished: Group[] = [];
  let wave = new Map<Subscription, Group>();
  let subjects = new Map<string, Subscription>();
  for (const [index, { event, subscription }] of fresh.entries()) {
    const earlier = subjects.get(event.subject);
    if (earlier !== undefined && earlier !== subscription) {
      finished.push(...wave.values());
      wave = new Map();
      subjects = new Map();
    }
    subjects.set(event.subject, subscription);
    const group = wave.get(subscription) ?? { subscription, members: [] };
    group.members.push({ event, index });
    wave.set(subscription, group);
  }
  return [...finished, ...wave.values()];
}

function verdictOf(outcome: Outcome): Verdict {
  return outcome === 'done' ? DONE : { kind: 'refused', refusal: outcome };
}

/** Log lines of a handler carry the request id where it is clear whose: with one event. */
function inContextOf<T>(events: readonly FreshEvent[], work: () => Promise<T>): Promise<T> {
  const [only, ...others] = events;
  const { requestId, traceparent } = only?.headers ?? {};
  if (requestId === undefined || others.length > 0) return work();
  return runInRequestContext({ requestId, ...(traceparent === undefined ? {} : { traceparent }) }, work);
}
