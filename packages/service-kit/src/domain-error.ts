/** The closed list of refusals. Every transport answers for each of them in one exhaustive table. */
export type ErrorKind = 'invalid' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'unavailable';

export type DomainErrorOptions = {
  /** What led to the refusal. Logged where the caller is answered, never shown. */
  readonly cause?: unknown;
  /** When trying again makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
};

/**
 * A refusal the caller is meant to see: what kind it is, a `code` that never changes, and a sentence that is safe to show.
 *
 * Anything else that is thrown is a defect or an outage, and is answered without its text.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly retryAfterSeconds?: number;

  constructor(kind: ErrorKind, code: string, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    if (options.retryAfterSeconds !== undefined) this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
