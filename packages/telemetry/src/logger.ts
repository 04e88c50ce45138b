import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { currentRequestContext } from './request-context.ts';

export type { Logger };

// Written at once: pino's own default writes from the thread pool, and at the exit of a process the last lines overtake the
// one before them, or stay behind.
const STDOUT = { dest: 1, sync: true };

/** An error may be its own cause, somewhere down the line. */
const MAX_CAUSES = 4;

export type LoggerOptions = {
  /** Written as `service` on every line. */
  readonly service: string;
  /** A pino level word: `trace` … `fatal`, or `silent`. */
  readonly level: string;
  /** Where lines go; stdout when absent. */
  readonly destination?: DestinationStream;
};

/**
 * JSON lines on stdout, one an event: ISO time, `level` as a word, `service`, and `request_id` inside a request.
 *
 * Errors are written through an allow-list (`type`, `message`, `code`, `stack`, `cause`), because drivers hang row values on them:
 * a Postgres unique violation carries `Key (email)=(…)` in `detail`.
 */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (error: unknown) => describeError(error) },
    mixin: () => {
      const context = currentRequestContext();
      return context === undefined ? {} : { request_id: context.requestId };
    },
  };
  return pino(options, destination ?? pino.destination(STDOUT));
}

function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined;
  const cause = error.cause === undefined || depth === MAX_CAUSES ? undefined : describeError(error.cause, depth + 1);
  return { type: error.name, message: error.message, code, stack: error.stack, cause };
}
