import type { Channel } from 'amqplib';
import { pause } from '../broker/pause.ts';

export type WatchOptions = {
  readonly channel: Pick<Channel, 'checkQueue'>;
  readonly queue: string;
  /** Grows with every delivery. */
  readonly deliveries: () => number;
  /** Whether the consumer waits for deliveries and holds none: only then is silence a question. */
  readonly isWaiting: () => boolean;
  readonly onDeaf: (error: Error) => void;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
};

const LOOK_EVERY_MS = 5_000;
/** One look may fall between a message and its delivery. */
const LOOKS_BEFORE_DEAF = 2;

/**
 * Notices a consumer that the broker no longer serves although messages wait. It happens when a queue is deleted and declared
 * again at once, under load: the old consumer hangs on the new queue, without a cancel and without deliveries (seen on 3.10.8
 * in 2 of 6 deletions). Looks only while nothing arrives. Ends with `signal`, or after `onDeaf`.
 */
export async function watchDeliveries(options: WatchOptions): Promise<void> {
  const { channel, queue, deliveries, isWaiting, onDeaf, signal, everyMs = LOOK_EVERY_MS } = options;
  let seen = deliveries();
  let looks = 0;
  for (;;) {
    await pause(everyMs, signal);
    if (signal.aborted) return;
    const isSilent = isWaiting() && deliveries() === seen;
    seen = deliveries();
    const waiting = isSilent ? (await channel.checkQueue(queue)).messageCount : 0;
    looks = waiting > 0 && deliveries() === seen && isWaiting() ? looks + 1 : 0;
    if (looks < LOOKS_BEFORE_DEAF) continue;
    onDeaf(new Error(`${waiting} messages wait in ${queue}, and the broker delivers none of them`));
    return;
  }
}
