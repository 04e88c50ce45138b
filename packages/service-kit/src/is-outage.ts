/** Node's names for a neighbour that cannot be reached. */
const NETWORK = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** SQLSTATE: connection trouble, out of resources, shutting down, statement timed out. */
const POSTGRES = /^(?:08...|53...|57P..|57014)$/;
/** Prisma: not reachable, timed out, connection closed, no connection free. */
const PRISMA = /^(?:P1001|P1002|P1008|P1017|P2024|P2037)$/;
/** What Prisma's driver adapter makes of the same, underneath a code that only says "raw query failed". */
const PRISMA_ADAPTER = /^(?:DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$/;
/** The pg driver gives these no code. */
const PG_MESSAGES = new Set([
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
]);

/**
 * True when a part this service depends on is gone or too slow: nobody's mistake, and trying again later makes sense.
 * Transports answer it as `unavailable` instead of `internal`.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return PG_MESSAGES.has(error.message) || codesOf(error).some(isOutageCode) || isOutage(error.cause);
}

function isOutageCode(code: unknown): boolean {
  return typeof code === 'string' && [NETWORK, POSTGRES, PRISMA, PRISMA_ADAPTER].some((pattern) => pattern.test(code));
}

function codesOf(error: object): unknown[] {
  const adapterCause = read(read(read(error, 'meta'), 'driverAdapterError'), 'cause');
  return [read(error, 'code'), read(adapterCause, 'originalCode'), read(adapterCause, 'kind')];
}

function read(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
