import type { QueueTopology } from '@agora/shared-events';
import type { Logger } from '@agora/telemetry';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { ConfirmedPublisher, OutgoingMessage, PublishResult } from '../broker/confirmed-publisher.ts';
import type { BrokerInternals } from '../broker/connect-broker.ts';
import { backoffMs, pause } from '../broker/pause.ts';
import type { Verdict } from './batch.ts';
import { deadCopy, retryCopy, withoutForeignHeaders } from './copies.ts';

export type SettlerOptions = {
  readonly channel: Channel;
  readonly queue: QueueTopology;
  readonly publisher: ConfirmedPublisher;
  readonly internals: BrokerInternals;
  readonly logger: Logger;
  readonly onError: (error: Error) => void;
  /** Aborted when the channel is gone: acks of one session mean nothing to the next. */
  readonly signal: AbortSignal;
};

export type Settled = { readonly message: ConsumeMessage; readonly verdict: Verdict };

/** A message that leaves by way of a copy: acknowledged only after the copy is confirmed. */
type Leaving = {
  readonly message: ConsumeMessage;
  readonly verdict: Verdict;
  readonly copy: OutgoingMessage;
  readonly isStripped?: boolean;
};

const PRECONDITION_FAILED = 406;

/** Acknowledges what is done, and replaces what is not by its copy on the retry ladder or among the dead letters. */
export class Settler {
  readonly #options: SettlerOptions;
  readonly #part: string;
  readonly #pending = new Set<Promise<void>>();
  #abandoned = new AbortController();

  constructor(options: SettlerOptions) {
    this.#options = options;
    this.#part = `copies of ${options.queue.queue}`;
  }

  /** In delivery order. Copies go out in the background, so that neighbours are not held up. */
  settle(batch: readonly Settled[]): void {
    const { channel, signal } = this.#options;
    if (signal.aborted) return;
    const done = batch.filter(({ verdict }) => verdict.kind === 'done');
    const last = batch.at(-1);
    // Acknowledging up to the last one would include messages whose copies are not confirmed yet.
    if (last !== undefined && done.length === batch.length && this.#pending.size === 0) channel.ack(last.message, true);
    else for (const { message } of done) channel.ack(message);
    const leaving = batch.flatMap(({ message, verdict }) => {
      const copy = this.#copyFor(message, verdict);
      return copy === undefined ? [] : [{ message, verdict, copy }];
    });
    if (leaving.length === 0) return;
    const replaced = this.#replace(leaving)
      .catch(this.#options.onError)
      .finally(() => this.#pending.delete(replaced));
    this.#pending.add(replaced);
  }

  /** Whether no message waits for its copy to be confirmed. */
  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /** Waits a while for the copies on their way; what is left then is not acknowledged any more, whatever becomes of its copy. */
  async drain(timeoutMs: number): Promise<void> {
    const done = new AbortController();
    await Promise.race([Promise.all(this.#pending), pause(timeoutMs, done.signal)]);
    done.abort();
    this.#abandoned.abort();
    this.#abandoned = new AbortController();
  }

  #copyFor(message: ConsumeMessage, verdict: Verdict): OutgoingMessage | undefined {
    const { queue, internals } = this.#options;
    const options = { queue, retryDelaysMs: internals.retryDelaysMs, now: new Date() };
    if (verdict.kind === 'refused') return deadCopy(message, verdict.refusal.code, verdict.refusal.message, options);
    if (verdict.kind === 'failed') return retryCopy(message, verdict.error, options);
    return undefined;
  }

  /** Tries until every copy is confirmed: an unacknowledged message is safe, and prefetch bounds how many wait. */
  async #replace(leaving: readonly Leaving[]): Promise<void> {
    const { publisher, internals } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, this.#abandoned.signal]);
    let waiting: readonly Leaving[] = leaving;
    let oneByOne = false;
    for (let failures = 0; waiting.length > 0; failures += 1) {
      await publisher.ready(signal);
      if (signal.aborted) return;
      const batch: readonly Leaving[] = oneByOne ? waiting.slice(0, 1) : waiting;
      const results = await publisher.publish(batch.map(({ copy }) => copy));
      if (signal.aborted) return;
      const again: Leaving[] = batch.flatMap((one, index) => this.#settleOne(one, results[index], batch.length === 1));
      const problem = results.find(({ status }) => status !== 'confirmed');
      internals.report(this.#part, problem?.detail);
      oneByOne = problem?.status === 'refused' || (oneByOne && again.length === 0);
      waiting = [...waiting.slice(batch.length), ...again];
      if (problem?.status === 'unroutable') await internals.publishing.redeclare();
      if (again.length > 0) await pause(backoffMs(failures, 100, 5_000), signal);
    }
  }

  /** Answers what has to be tried again. */
  #settleOne(leaving: Leaving, result: PublishResult | undefined, isAlone: boolean): Leaving[] {
    const { channel } = this.#options;
    const { message, copy, isStripped } = leaving;
    if (result?.status === 'confirmed') {
      channel.ack(message);
      this.#log(leaving);
      return [];
    }
    const isAtFault =
      result?.status === 'unsendable' ||
      (isAlone && result?.status === 'refused' && result.code === PRECONDITION_FAILED);
    if (!isAtFault) return [leaving];
    if (isStripped !== true) return [{ ...leaving, copy: withoutForeignHeaders(copy), isStripped: true }];
    // Cannot be copied at all: the broker's own dead-lettering keeps it, without our reason.
    channel.nack(message, false, false);
    this.#options.logger.error(
      { messageId: copy.messageId, detail: result?.detail },
      'message dead-lettered without its reason',
    );
    return [];
  }

  #log({ copy, verdict }: Leaving): void {
    const { logger, queue } = this.#options;
    const about = {
      queue: queue.queue,
      messageId: copy.messageId,
      eventType: copy.type,
      attempt: copy.headers['x-attempt'],
      request_id: copy.headers['x-request-id'],
      ...(verdict.kind === 'failed' ? { err: verdict.error } : {}),
    };
    const reason = copy.headers['x-dead-reason'];
    if (reason === undefined) logger.warn(about, 'message will be retried');
    else logger.error({ ...about, reason, detail: copy.headers['x-last-error'] }, 'message dead-lettered');
  }
}
