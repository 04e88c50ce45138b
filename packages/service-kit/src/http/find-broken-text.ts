const BROKEN = /\0|\uFFFD/;

/**
 * The path of the first string in `value` that cannot be stored or compared as it is: Postgres refuses U+0000, a lone surrogate
 * becomes U+FFFD on its way, and bytes that are no UTF-8 have become U+FFFD already. Different strings would turn into one: two
 * passwords that differ in such a byte would be equal. Undefined when all text is sound.
 */
export function findBrokenText(value: unknown): string | undefined {
  // A stack of our own: the nesting is the client's choice.
  const pending: [path: string, value: unknown][] = [['', value]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, candidate] = next;
    if (typeof candidate === 'string') {
      if (BROKEN.test(candidate) || !candidate.isWellFormed()) return path;
    } else if (typeof candidate === 'object' && candidate !== null) {
      for (const [name, child] of Object.entries(candidate)) pending.push([`${path}/${name}`, child]);
    }
  }
  return undefined;
}
