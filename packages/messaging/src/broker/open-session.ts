import { type Channel, connect } from 'amqplib';
import { Session } from './session.ts';
import type { BrokerTimings } from './timings.ts';

export type OpenSessionOptions = {
  readonly url: string;
  /** Shown by the broker beside the connection. */
  readonly name: string;
  readonly declare: (channel: Channel) => Promise<void>;
  readonly timings: BrokerTimings;
  readonly signal: AbortSignal;
};

/** Connects and declares the topology, within one time limit. Rejects with the cause; nothing is left open then. */
export async function openSession({ url, name, declare, timings, signal }: OpenSessionOptions): Promise<Session> {
  const cutSocket = new AbortController();
  const cut = (): void => cutSocket.abort();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    cut();
  }, timings.openTimeoutMs);
  signal.addEventListener('abort', cut, { once: true });
  try {
    const socketOptions = {
      // Without it a message of more than 2 kB is two writes, and Nagle delays it by 40 ms.
      noDelay: true,
      keepAlive: true,
      keepAliveDelay: 10_000,
      timeout: timings.connectTimeoutMs,
      clientProperties: { connection_name: name },
      // The one way to cut a socket that amqplib has opened and no longer answers.
      signal: cutSocket.signal,
    };
    const session = new Session(await connect(withHeartbeat(url), socketOptions), cutSocket, timings.closeTimeoutMs);
    await onOwnChannel(session, declare);
    return session;
  } catch (error) {
    cut();
    throw isLate ? new Error(`the broker did not answer within ${timings.openTimeoutMs} ms`, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cut);
  }
}

/** Runs `work` on a channel of its own: an argument that differs closes the channel it was declared on. */
export async function onOwnChannel(session: Session, work: (channel: Channel) => Promise<void>): Promise<void> {
  const channel = await session.model.createChannel();
  // The pending declaration rejects with the same error, and that one is reported.
  channel.on('error', () => {});
  await work(channel);
  await session.closeChannel(channel);
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', '10');
  return parsed.href;
}
