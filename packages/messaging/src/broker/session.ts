import type { Channel, ChannelModel } from 'amqplib';
import { pause } from './pause.ts';

/**
 * One connection to the broker from connect to loss. Never repaired: whatever breaks, the whole session is over and another
 * one takes its place, so nobody has to reason about half of it.
 */
export class Session {
  readonly model: ChannelModel;
  readonly #cutSocket: AbortController;
  readonly #over = new AbortController();
  readonly #closeTimeoutMs: number;
  #blocked: string | undefined;
  #closed: Promise<void> | undefined;

  constructor(model: ChannelModel, cutSocket: AbortController, closeTimeoutMs: number) {
    this.model = model;
    this.#cutSocket = cutSocket;
    this.#closeTimeoutMs = closeTimeoutMs;
    // Reconnecting hangs on 'close': a broker that shuts down in good order sends no 'error'. But an 'error' without a
    // listener would end the process.
    model.on('error', (error) => this.fail(error));
    model.on('close', (error) => this.fail(error ?? new Error('connection closed')));
    model.on('blocked', (reason) => {
      this.#blocked = reason;
    });
    model.on('unblocked', () => {
      this.#blocked = undefined;
    });
  }

  /** Aborted when the session is over; its reason is the error. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Why the broker takes no messages at present. */
  get blocked(): string | undefined {
    return this.#blocked;
  }

  /** Ends the session, from whichever side trouble was seen first. */
  fail(reason: Error): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort(reason);
    void this.close();
  }

  /** A short polite goodbye, then the socket is cut: a half-open one would keep the process alive. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const done = new AbortController();
    await Promise.race([this.model.close().catch(alreadyClosed), pause(this.#closeTimeoutMs, done.signal)]);
    done.abort();
    this.#cutSocket.abort();
    this.#over.abort(new Error('connection closed'));
  }

  /** Closes a channel within the usual time. amqplib's own promise never settles when the connection ends first. */
  async closeChannel(channel: Channel): Promise<void> {
    const done = new AbortController();
    const closed = new Promise<void>((resolve) => channel.once('close', resolve));
    await Promise.race([
      closed,
      channel.close().catch(alreadyClosed),
      pause(this.#closeTimeoutMs, AbortSignal.any([done.signal, this.signal])),
    ]);
    done.abort();
  }
}

// Closing twice, or after the broker has closed, is the one way these promises reject.
function alreadyClosed(): void {}
