// Access refused, no such vhost or queue, other queue arguments, not allowed: the same answer will come until somebody acts.
const CONFIGURATION_CODES = new Set([403, 404, 406, 530]);

// During the handshake amqplib has no code on its errors, only these two sentences; the second one hides even the broker's.
const REFUSED = /^Handshake terminated by server: (\d{3})/;
const VHOST_REFUSED = /^Expected ConnectionOpenOk; got <ConnectionClose/;

/** Whether waiting alone will not mend `error`, met while a session was opened. */
export function isConfigurationProblem(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'number') return CONFIGURATION_CODES.has(error.code);
  return CONFIGURATION_CODES.has(Number(REFUSED.exec(error.message)?.[1])) || VHOST_REFUSED.test(error.message);
}

/** One line for the health report. */
export function problemText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(problemText).join('; ');
  if (error instanceof Error && VHOST_REFUSED.test(error.message)) {
    return 'the broker refuses the vhost: it does not exist, or this user may not open it';
  }
  return error instanceof Error ? error.message || error.name : String(error);
}
