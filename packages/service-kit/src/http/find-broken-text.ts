/**
 * The path of the first string in `value` that cannot be stored or compared as it is: Postgres refuses U+0000, and a lone
 * surrogate becomes U+FFFD on its way, so that two different strings turn into one. Undefined when all text is sound.
 */
export function findBrokenText(value: unknown): string | undefined {
  // A stack of our own: the nesting is the client's choice.
  const pending: [path: string, value: unknown][] = [['', value]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, candidate] = next;
    if (typeof candidate === 'string') {
      if (candidate.includes('\0') || !candidate.isWellFormed()) return path;
    } else if (typeof candidate === 'object' && candidate !== null) {
      for (const [name, child] of Object.entries(candidate)) pending.push([`${path}/${name}`, child]);
    }
  }
  return undefined;
}
