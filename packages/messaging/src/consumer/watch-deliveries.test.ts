import { describe, expect, it } from 'vitest';
import { watchDeliveries } from './watch-deliveries.ts';

/** A queue with so many messages, a consumer that gets one of them at each look when `isServed`. */
async function watched({
  messageCount,
  isServed,
  isWaiting,
}: {
  messageCount: number;
  isServed: boolean;
  isWaiting: boolean;
}) {
  const end = new AbortController();
  const errors: Error[] = [];
  let deliveries = 0;
  let looks = 0;
  await watchDeliveries({
    channel: {
      checkQueue: async (queue) => {
        looks += 1;
        if (isServed) deliveries += 1;
        return { queue, messageCount, consumerCount: 1 };
      },
    },
    queue: 'order_events',
    deliveries: () => deliveries,
    isWaiting: () => {
      if (looks >= 4 || !isWaiting) end.abort();
      return isWaiting;
    },
    onDeaf: (error) => errors.push(error),
    signal: end.signal,
    everyMs: 1,
  });
  return { errors, looks };
}

describe('watchDeliveries', () => {
  it('reports messages that wait while none is delivered, at the second look', async () => {
    const { errors, looks } = await watched({ messageCount: 3, isServed: false, isWaiting: true });
    expect(errors.map(({ message }) => message)).toEqual([
      '3 messages wait in order_events, and the broker delivers none of them',
    ]);
    expect(looks).toBe(2);
  });

  it.each([
    ['an empty queue', { messageCount: 0, isServed: false, isWaiting: true }],
    ['a consumer that is served', { messageCount: 3, isServed: true, isWaiting: true }],
    ['a consumer that has something in hand, or pauses', { messageCount: 3, isServed: false, isWaiting: false }],
  ])('leaves %s alone', async (_case, state) => {
    expect((await watched(state)).errors).toEqual([]);
  });
});
