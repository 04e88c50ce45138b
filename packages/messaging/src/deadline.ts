/** No answer in time. Its code is looked at like an SQLSTATE. */
class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
  readonly code = 'AGORA_DEADLINE';
}

/**
 * Rejects when `work` takes longer, without stopping it: the caller destroys what it works on. A database connection that is
 * open on one side only answers nothing for many minutes.
 */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new DeadlineExceeded(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
