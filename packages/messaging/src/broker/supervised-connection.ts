import type { Logger } from '@agora/telemetry';
import type { Channel } from 'amqplib';
import { isConfigurationProblem, problemText } from './connection-problem.ts';
import { Gate } from './gate.ts';
import { onOwnChannel, openSession } from './open-session.ts';
import { backoffMs, pause } from './pause.ts';
import type { Session } from './session.ts';
import type { BrokerTimings } from './timings.ts';

export type SupervisedConnectionOptions = {
  readonly url: string;
  readonly name: string;
  readonly declare: (channel: Channel) => Promise<void>;
  readonly timings: BrokerTimings;
  readonly logger: Logger;
};

/** Sets up on a new session what it needs: its channels, its consumers. When it rejects, the session is given up. */
export type Attach = (session: Session) => Promise<void>;

const REDECLARE_AT_MOST_EVERY_MS = 5_000;

/**
 * A connection that is always on its way back: connect, declare, attach; on any trouble tear all of it down and start again,
 * with backoff, for ever. It throws at nobody; `problem()` says what is wrong.
 */
export class SupervisedConnection {
  readonly #options: SupervisedConnectionOptions;
  readonly #attached: Attach[] = [];
  readonly #closing = new AbortController();
  readonly #running = new Gate();
  readonly #loop: Promise<void>;
  #session: Session | undefined;
  #problem: string | undefined = 'connecting';
  #failures = 0;
  #lastProblemLog = { message: '', at: 0 };
  #redeclaredAt = 0;

  constructor(options: SupervisedConnectionOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  /** What keeps messages from flowing at present, if anything does. */
  problem(): string | undefined {
    const blocked = this.#session?.blocked;
    return this.#problem ?? (blocked === undefined ? undefined : `blocked by the broker: ${blocked}`);
  }

  /** Resolves when connected, declared and attached. */
  async running(): Promise<void> {
    await this.#running.passed(this.#closing.signal);
    if (this.#closing.signal.aborted) throw new Error('the broker connection is closed');
  }

  /** Calls `attach` for the present session and for every later one. */
  use(attach: Attach): void {
    this.#attached.push(attach);
    const session = this.#session;
    if (session !== undefined && this.#running.isOpen) attach(session).catch((error: Error) => session.fail(error));
  }

  /** Declares the topology again, for messages that find no queue: somebody may have deleted it under a living connection. */
  async redeclare(): Promise<void> {
    const session = this.#session;
    if (session === undefined || Date.now() - this.#redeclaredAt < REDECLARE_AT_MOST_EVERY_MS) return;
    this.#redeclaredAt = Date.now();
    try {
      await onOwnChannel(session, this.#options.declare);
    } catch (error) {
      session.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#session?.close();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      let isConfiguration = false;
      try {
        await this.#runSession();
      } catch (error) {
        isConfiguration = isConfigurationProblem(error);
        this.#report(error, isConfiguration);
      }
      await pause(this.#delayMs(isConfiguration), this.#closing.signal);
      this.#failures += 1;
    }
  }

  #delayMs(isConfiguration: boolean): number {
    const { reconnectFirstMs, reconnectCapMs, configurationRetryMs } = this.#options.timings;
    // A broker that starts up also refuses: its users and vhosts may come a moment later.
    if (isConfiguration) return Math.min(configurationRetryMs, 1_000 * 2 ** Math.min(this.#failures, 10));
    return backoffMs(this.#failures, reconnectFirstMs, reconnectCapMs);
  }

  /** Rejects when no session comes about; resolves when one did and is over. */
  async #runSession(): Promise<void> {
    const { logger, name, timings } = this.#options;
    const session = await openSession({ ...this.#options, signal: this.#closing.signal });
    this.#session = session;
    const startedAt = Date.now();
    try {
      // A function attached while these are set up is seen by the loop itself, because it reads the length each time.
      for (const attach of this.#attached) await attach(session);
      session.signal.throwIfAborted();
      this.#problem = undefined;
      this.#running.open();
      logger.info({ connection: name, failures: this.#failures }, 'broker connected');
      await over(session);
      if (!this.#closing.signal.aborted) {
        this.#report(session.signal.reason, false);
      }
    } finally {
      if (Date.now() - startedAt >= timings.healthyAfterMs) this.#failures = 0;
      this.#running.shut();
      this.#session = undefined;
      this.#problem ??= 'connecting';
      void session.close();
    }
  }

  #report(error: unknown, isConfiguration: boolean): void {
    const { logger, name, timings } = this.#options;
    const message = problemText(error);
    this.#problem = message;
    if (this.#closing.signal.aborted) return;
    // The same sentence at every attempt would bury the log.
    const { at, message: last } = this.#lastProblemLog;
    if (message === last && Date.now() - at < timings.configurationRetryMs) return;
    this.#lastProblemLog = { message, at: Date.now() };
    if (isConfiguration) logger.error({ connection: name, problem: message }, 'broker refuses, somebody has to act');
    else logger.warn({ connection: name, problem: message }, 'broker not connected');
  }
}

function over(session: Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.signal.aborted) resolve();
    else session.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
