import type { DomainError } from '../domain-error.ts';

/**
 * Does `work`. When it fails because the database cannot be used at present, rejects with what `refuse` makes of that, so that
 * the caller is told to come back; any other failure stays as it is. Knows what `pg` throws, and Prisma on top of it.
 */
export async function refuseOnOutage<T>(refuse: (cause: unknown) => DomainError, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isOutage(error) ? refuse(error) : error;
  }
}

// Connection trouble, lack of resources, operator's intervention (a cut-off statement included), system error.
const OUTAGE_CLASSES = new Set(['08', '53', '57', '58']);
const READ_ONLY = '25006';
const SOCKET_ERROR = /^E[A-Z_]+$/;
/** Prisma's own codes for "no connection". */
const PRISMA_CONNECTION = /^P10\d\d$/;
// What pg says without a code.
const PG_SENTENCES = /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable/;

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = sqlStateBehindPrisma(error) ?? textOf(error, 'code');
  if (code === undefined) return PG_SENTENCES.test(error.message);
  return (
    SOCKET_ERROR.test(code) ||
    PRISMA_CONNECTION.test(code) ||
    code === READ_ONLY ||
    (code.length === 5 && OUTAGE_CLASSES.has(code.slice(0, 2)))
  );
}

function sqlStateBehindPrisma(error: Error): string | undefined {
  const cause = property(property(property(error, 'meta'), 'driverAdapterError'), 'cause');
  return textOf(cause, 'originalCode');
}

function textOf(value: unknown, name: string): string | undefined {
  const found = property(value, name);
  return typeof found === 'string' ? found : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
