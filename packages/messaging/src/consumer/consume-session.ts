import type { Channel, ConsumeMessage } from 'amqplib';
import { backoffMs, pause } from '../broker/pause.ts';
import type { Session } from '../broker/session.ts';
import { readArrival } from './arrival.ts';
import { type Arrived, type BatchProcessor, DONE, type Verdict } from './batch.ts';
import type { ConsumerContext } from './consumer-context.ts';
import { DatabaseUnavailable } from './database-failure.ts';
import { Intake } from './intake.ts';
import { patient } from './policies/patient.ts';
import { type Settled, Settler } from './settler.ts';
import { watchDeliveries } from './watch-deliveries.ts';

/** How much is taken at once. */
type Mode = { readonly prefetch: number; readonly batch: number; readonly lingerMs: number };
const WIDE: Mode = { prefetch: 300, batch: 100, lingerMs: 5 };
/** One message in hand: if it brings the process down, no innocent neighbour is counted as redelivered with it. */
const ALONE: Mode = { prefetch: 1, batch: 1, lingerMs: 0 };
/** Deliveries so far from which a message is suspected of killing its consumer. The broker gives up after 20. */
const SUSPICIOUS_DELIVERIES = 3;
/**
 * So many in a row have to be above suspicion before more than one is taken again. Narrowing gives up to `prefetch` messages back,
 * which counts as a delivery of each: going to and fro over a mixed queue would bring good messages to the broker's limit.
 */
const CALM_AFTER_SUSPICION = 100;

/**
 * Consumes one queue for as long as one broker session lasts. Starts with one message at a time, and widens once a message
 * that is above suspicion went through: after a crash, and after a pause, that is how it finds out.
 */
export class ConsumeSession {
  readonly #session: Session;
  readonly #channel: Channel;
  readonly #context: ConsumerContext;
  readonly #stop = new AbortController();
  readonly #over: AbortSignal;
  readonly #channelClosed = new AbortController();
  readonly #intake = new Intake<ConsumeMessage>();
  readonly #process: BatchProcessor;
  readonly #settler: Settler;
  #mode = ALONE;
  #consumerTag: string | undefined;
  #pauses = 0;
  #deliveries = 0;
  #isHandling = false;
  /** Messages to go, all above suspicion, until the session widens. */
  #calmNeeded = 1;
  #loop: Promise<void> = Promise.resolve();

  static async open(session: Session, context: ConsumerContext): Promise<ConsumeSession> {
    const channel = await session.model.createChannel();
    const consuming = new ConsumeSession(session, channel, context);
    await consuming.#consume(ALONE);
    consuming.#loop = consuming.#run();
    consuming.#watch();
    return consuming;
  }

  private constructor(session: Session, channel: Channel, context: ConsumerContext) {
    this.#session = session;
    this.#channel = channel;
    this.#context = context;
    this.#over = AbortSignal.any([session.signal, this.#stop.signal]);
    this.#over.addEventListener('abort', () => this.#intake.close(), { once: true });
    channel.on('error', (error) => session.fail(error));
    channel.on('close', () => {
      if (!this.#stop.signal.aborted) session.fail(new Error('consuming channel closed'));
    });
    this.#process = patient(context.process, context.patience, this.#over);
    this.#settler = new Settler({
      ...context,
      channel,
      signal: AbortSignal.any([session.signal, this.#channelClosed.signal]),
      onError: (error) => session.fail(error),
    });
  }

  /** Resolves when nothing is in hand any more. */
  get finished(): Promise<void> {
    return this.#loop;
  }

  /** Finishes the batch it is at, gives the rest back to the queue, and closes the channel. */
  async drain(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#over.aborted) {
        const messages = await this.#intake.take(this.#mode.batch, this.#mode.lingerMs);
        this.#isHandling = true;
        if (messages.length > 0) await this.#handle(messages);
        this.#isHandling = false;
      }
      if (!this.#session.signal.aborted) await this.#finish();
    } catch (error) {
      // The channel closed under our hands, or a mistake of ours: either way a new session starts clean.
      this.#session.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #watch(): void {
    watchDeliveries({
      channel: this.#channel,
      queue: this.#context.queue.queue,
      deliveries: () => this.#deliveries,
      isWaiting: () => !this.#isHandling && this.#consumerTag !== undefined && this.#settler.isIdle,
      onDeaf: (error) => this.#session.fail(error),
      signal: this.#over,
    }).catch((error: Error) => this.#session.fail(error));
  }

  async #handle(messages: readonly ConsumeMessage[]): Promise<void> {
    const isSuspicious = messages.some((message) => deliveriesOf(message) >= SUSPICIOUS_DELIVERIES);
    if (isSuspicious) this.#calmNeeded = CALM_AFTER_SUSPICION;
    if (isSuspicious && this.#mode !== ALONE) {
      await this.#giveBack();
      await this.#consume(ALONE);
      return;
    }
    let settled: Settled[];
    try {
      settled = await this.#decide(messages);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      await this.#pause(error);
      return;
    }
    this.#pauses = 0;
    if (!isSuspicious) this.#calmNeeded -= 1;
    const widens = this.#mode === ALONE && this.#calmNeeded <= 0;
    // Before the ack, while the one message in hand keeps others from coming: a message that crosses the cancellation loses
    // its place in the queue, and counts as delivered once more.
    if (widens || this.#stop.signal.aborted) await this.#cancel();
    this.#settler.settle(settled);
    if (widens && !this.#over.aborted) await this.#consume(WIDE);
  }

  async #decide(messages: readonly ConsumeMessage[]): Promise<Settled[]> {
    const verdicts = new Map<ConsumeMessage, Verdict>();
    const arrived = new Map<string, { message: ConsumeMessage; arrival: Arrived }>();
    for (const message of messages) {
      const arrival = readArrival(message, this.#context.subscriptions);
      if ('reason' in arrival) {
        verdicts.set(message, { kind: 'refused', refusal: { code: arrival.reason, message: arrival.detail } });
      } else if (!arrived.has(arrival.event.id)) arrived.set(arrival.event.id, { message, arrival });
      // A duplicate within the batch: whatever becomes of the first is enough.
    }
    const events = [...arrived.values()];
    if (events.length > 0) {
      const answers = await this.#processed(events.map(({ arrival }) => arrival));
      for (const [index, { message }] of events.entries()) verdicts.set(message, answers[index] ?? DONE);
    }
    return messages.map((message) => ({ message, verdict: verdicts.get(message) ?? DONE }));
  }

  async #processed(arrived: readonly Arrived[]): Promise<readonly Verdict[]> {
    try {
      return await this.#process(arrived);
    } catch (error) {
      // Too slow again and again, alone, with a database that answers: then it is this message.
      const isItsOwnFault = error instanceof DatabaseUnavailable && error.isTimeout && this.#mode === ALONE;
      if (!isItsOwnFault || this.#over.aborted) throw error;
      return arrived.map(() => ({ kind: 'failed', error: error.cause }));
    }
  }

  /** Gives everything back once, waits for the database, and goes on with one message. Nothing is retried or dead-lettered. */
  async #pause(error: DatabaseUnavailable): Promise<void> {
    if (this.#over.aborted) return;
    const { logger, queue, internals, probe } = this.#context;
    await this.#giveBack();
    const part = `consumer of ${queue.queue}`;
    internals.report(part, `paused, the database is unavailable: ${error.message}`);
    logger.error({ queue: queue.queue, err: error.cause }, 'consumer paused, the database is unavailable');
    let isBack = false;
    while (!isBack) {
      await pause(backoffMs(this.#pauses, 500, 30_000), this.#over);
      this.#pauses += 1;
      if (this.#over.aborted) break;
      isBack = await probe();
    }
    internals.report(part, undefined);
    if (this.#over.aborted) return;
    logger.info({ queue: queue.queue }, 'consumer resumes');
    await this.#consume(ALONE);
  }

  async #consume(mode: Mode): Promise<void> {
    this.#mode = mode;
    // Per consumer; the other kind, per channel, makes a quorum queue close the connection.
    await this.#channel.prefetch(mode.prefetch);
    const { consumerTag } = await this.#channel.consume(this.#context.queue.queue, (message) => {
      // The queue was deleted. Consuming again on this channel would leave newer brokers waiting for our answer.
      if (message === null) {
        this.#session.fail(new Error(`the broker cancelled the consumer of ${this.#context.queue.queue}`));
      } else {
        this.#deliveries += 1;
        this.#intake.push(message);
      }
    });
    this.#consumerTag = consumerTag;
  }

  /** After it, the broker delivers nothing more. */
  async #cancel(): Promise<void> {
    if (this.#consumerTag === undefined) return;
    const tag = this.#consumerTag;
    this.#consumerTag = undefined;
    await this.#channel.cancel(tag);
  }

  /** All that is unacknowledged goes back to the front of the queue. Quorum queues shuffle more than 32 of them. */
  async #giveBack(): Promise<void> {
    await this.#cancel();
    await this.#settler.drain(this.#context.internals.timings.copiesTimeoutMs);
    this.#intake.takeAll();
    this.#channel.nackAll(true);
  }

  async #finish(): Promise<void> {
    await this.#giveBack();
    this.#channelClosed.abort();
    await this.#session.closeChannel(this.#channel);
  }
}

function deliveriesOf({ properties }: ConsumeMessage): number {
  const count: unknown = properties.headers?.['x-delivery-count'];
  return typeof count === 'number' ? count : 0;
}
