// Access refused, no such vhost or queue, other queue arguments, not allowed: the same answer will come until somebody acts.
const CONFIGURATION_CODES = new Set([403, 404, 406, 530]);

// During the handshake amqplib has no code on its errors, only these two sentences.
const HANDSHAKE_CLOSE = /^Handshake terminated by server: (\d{3})|ConnectionClose\D*?(\d{3})/;

/** Whether waiting alone will not mend `error`, met while a session was opened. */
export function isConfigurationProblem(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'number') return CONFIGURATION_CODES.has(error.code);
  const [, refused, closed] = HANDSHAKE_CLOSE.exec(error.message) ?? [];
  return CONFIGURATION_CODES.has(Number(refused ?? closed));
}

/** One line for the health report. */
export function problemText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(problemText).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
