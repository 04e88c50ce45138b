/** The database cannot be used at present. No message is at fault, so none may pay for it: the consumer pauses. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  /** A statement or an idle transaction was cut off: a slow database, or one slow message. */
  readonly isTimeout: boolean;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.isTimeout = TIMEOUTS.has(sqlState(cause) ?? '');
  }
}

const TIMEOUTS = new Set(['57014', '25P03', '25P04', 'AGORA_DEADLINE']);
const CONFLICTS = new Set(['40001', '40P01', '55P03']);
const SOCKET_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
// Connection trouble, lack of resources, operator's intervention, system error.
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);
const READ_ONLY = '25006';
// What pg says without a code.
const CLIENT_SENTENCES =
  /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|after calling end on the pool/;

/** Another transaction was in the way; the same one may succeed at once. */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(sqlState(error) ?? '');
}

export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  const code = sqlState(error);
  if (code !== undefined) {
    return (
      SOCKET_ERRORS.has(code) ||
      TIMEOUTS.has(code) ||
      code === READ_ONLY ||
      (code.length === 5 && UNAVAILABLE_CLASSES.has(code.slice(0, 2)))
    );
  }
  return error instanceof Error && CLIENT_SENTENCES.test(error.message);
}

function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
