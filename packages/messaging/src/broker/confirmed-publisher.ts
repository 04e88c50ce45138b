import type { ConfirmChannel } from 'amqplib';
import { Gate } from './gate.ts';
import { onOwnChannel } from './open-session.ts';
import type { Session } from './session.ts';
import type { SupervisedConnection } from './supervised-connection.ts';

export type OutgoingMessage = {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  readonly messageId: string;
  readonly type?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly correlationId?: string;
  readonly appId?: string;
  readonly timestamp?: number;
  readonly headers: Readonly<Record<string, unknown>>;
};

/**
 * - `confirmed`: stored on a quorum, in at least one queue.
 * - `unroutable`, `nacked`: not stored; worth another try, the message is not at fault.
 * - `refused`: the broker closed the channel over a message of this call; with one message, over this one.
 * - `unsendable`: this message cannot be written to any channel.
 * - `undecided`: connection lost, blocked, or no answer in time. It may be stored, so trying again may make a duplicate.
 */
export type PublishResult = {
  readonly status: 'confirmed' | 'unroutable' | 'nacked' | 'refused' | 'unsendable' | 'undecided';
  readonly detail: string;
  readonly code?: number;
};

type Publishing = {
  readonly session: Session;
  readonly channel: ConfirmChannel;
  /** The broker's reason, once it has closed the channel. */
  readonly closedBy: { error?: ChannelError };
};
type ChannelError = Error & { readonly code?: number };

const CONFIRMED: PublishResult = { status: 'confirmed', detail: '' };
const REFUSALS = new Set([403, 404, 406]);
const PRECONDITION_FAILED = 406;

/** Publishes on a confirm channel of its own, and answers for every message, in bounded time. */
export class ConfirmedPublisher {
  readonly #ready = new Gate();
  readonly #confirmTimeoutMs: number;
  readonly #reaches: readonly string[];
  readonly #inFlight = new Set<(result: PublishResult) => void>();
  readonly #returned = new Set<unknown>();
  #current: Publishing | undefined;

  /** `reaches`: queues that have to exist before anything is published, else the connection counts as misconfigured. */
  constructor(connection: SupervisedConnection, confirmTimeoutMs: number, reaches: readonly string[] = []) {
    this.#confirmTimeoutMs = confirmTimeoutMs;
    this.#reaches = reaches;
    connection.use((session) => this.#attach(session));
  }

  /** Resolves when messages can be sent: connected, and not blocked by a broker in distress. Or when `signal` aborts. */
  ready(signal: AbortSignal): Promise<void> {
    return this.#ready.passed(signal);
  }

  /** Publishes all of them at once and waits. The caller bounds how many: 500 is where more gains nothing. */
  async publish(messages: readonly OutgoingMessage[]): Promise<PublishResult[]> {
    const current = this.#current;
    if (current === undefined || !this.#ready.isOpen) {
      return messages.map(() => ({ status: 'undecided', detail: current?.session.blocked ?? 'not connected' }));
    }
    const timer = setTimeout(() => {
      this.#abandon(`no confirm within ${this.#confirmTimeoutMs} ms`);
      current.session.fail(new Error(`no confirm within ${this.#confirmTimeoutMs} ms`));
    }, this.#confirmTimeoutMs);
    const results = await Promise.all(messages.map((message) => this.#publishOne(message, current)));
    clearTimeout(timer);
    return results;
  }

  #publishOne(message: OutgoingMessage, { channel, closedBy }: Publishing): Promise<PublishResult> {
    return new Promise((resolve) => {
      const settle = (result: PublishResult): void => {
        this.#inFlight.delete(settle);
        resolve(result);
      };
      const { exchange, routingKey, body, ...properties } = message;
      try {
        channel.publish(
          exchange,
          routingKey,
          body,
          { ...properties, mandatory: true, persistent: true },
          (error: Error | null) => {
            // A returned message is confirmed as well, right after its return.
            const isReturned = this.#returned.delete(message.messageId);
            if (error === null) {
              settle(isReturned ? { status: 'unroutable', detail: `no queue for ${routingKey}` } : CONFIRMED);
            } else settle(resultOfFailure(error, closedBy.error));
          },
        );
        this.#inFlight.add(settle);
      } catch (error) {
        settle(resultOfThrow(error));
      }
    });
  }

  async #attach(session: Session): Promise<void> {
    if (this.#reaches.length > 0) {
      await onOwnChannel(session, async (channel) => {
        for (const queue of this.#reaches) await channel.checkQueue(queue);
      });
    }
    session.signal.addEventListener('abort', () => this.#ready.shut(), { once: true });
    session.model.on('blocked', (reason) => {
      this.#ready.shut();
      this.#abandon(`blocked by the broker: ${reason}`);
    });
    session.model.on('unblocked', () => {
      if (this.#current?.session === session) this.#ready.open();
    });
    await this.#openChannel(session);
  }

  async #openChannel(session: Session): Promise<void> {
    const channel = await session.model.createConfirmChannel();
    const closedBy: Publishing['closedBy'] = {};
    channel.on('error', (error) => {
      closedBy.error = error;
    });
    channel.on('return', (message) => this.#returned.add(message.properties.messageId));
    channel.on('close', () => {
      this.#ready.shut();
      this.#returned.clear();
      this.#current = undefined;
      // One message was wrong, not the connection: others need not pay for it with a new session.
      if (closedBy.error?.code === PRECONDITION_FAILED && !session.signal.aborted) {
        this.#openChannel(session).catch((error: Error) => session.fail(error));
      } else session.fail(closedBy.error ?? new Error('publishing channel closed'));
    });
    session.signal.throwIfAborted();
    this.#current = { session, channel, closedBy };
    if (session.blocked === undefined) this.#ready.open();
  }

  #abandon(detail: string): void {
    for (const settle of [...this.#inFlight]) settle({ status: 'undecided', detail });
  }
}

function resultOfFailure(error: Error, closedBy: ChannelError | undefined): PublishResult {
  if (error.message === 'message nacked') return { status: 'nacked', detail: 'the broker did not take it' };
  if (closedBy?.code !== undefined && REFUSALS.has(closedBy.code)) {
    return { status: 'refused', detail: closedBy.message, code: closedBy.code };
  }
  return { status: 'undecided', detail: closedBy?.message ?? error.message };
}

function resultOfThrow(error: unknown): PublishResult {
  const detail = error instanceof Error ? error.message : String(error);
  // Thrown at once by a channel that is closed already; everything else is about the message.
  const isClosed = error instanceof Error && error.name === 'IllegalOperationError';
  return { status: isClosed ? 'undecided' : 'unsendable', detail };
}
