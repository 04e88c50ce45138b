/** Something that had to be fetched and was not: one sentence, with what to do about it. */
export class DownloadError extends Error {
  constructor(what: string, cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super(`${what} could not be fetched: ${reasonOf(said)}`, { cause });
  }
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/ENOSPC|no space left/i, 'the disk is full: make room and run the same command again'],
  [
    /EINTEGRITY|INTEGRITY|do not match the hashes|has the checksum|Hash Sum mismatch/i,
    'what came is not what is pinned here: ask whoever runs your package mirror',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|name resolution|dns error|error sending request|Could not resolve|Could not connect|fetch failed|NewConnectionError/i,
    'its server does not answer. The first run needs a network (npm ping tells); then run the same command again',
  ],
  [
    /EACCES|EPERM|EROFS|permission denied|read-only/i,
    'the cache is not writable: set XDG_CACHE_HOME to a folder of yours',
  ],
];

/** In words for a person where we know the kind, else the last thing that the tool said. */
function reasonOf(said: string): string {
  const known = REASONS.find(([pattern]) => pattern.test(said));
  if (known !== undefined) return known[1];
  return said.trim().split('\n').at(-1) ?? said;
}
