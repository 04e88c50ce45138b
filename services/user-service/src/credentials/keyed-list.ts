/** One `kid:value` pair of an environment variable. */
export type KeyedValue = { readonly kid: string; readonly value: string };

const KID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Splits `kid:value,kid:value`; the first signs, all verify. Throws an Error whose message names the place and never
 * repeats a value.
 */
export function parseKeyedList(text: string): readonly KeyedValue[] {
  const pairs = text.split(',').map((part, index) => {
    const [kid = '', value = '', ...rest] = part.trim().split(':');
    if (rest.length > 0 || value === '') throw new Error(`entry ${index + 1} is not of the form kid:value`);
    if (!KID.test(kid)) throw new Error(`the kid of entry ${index + 1} must be 1 to 64 of A-Z a-z 0-9 _ -`);
    return { kid, value };
  });
  const twice = pairs.find(({ kid }, index) => pairs.findIndex((other) => other.kid === kid) < index);
  if (twice !== undefined) throw new Error(`the kid "${twice.kid}" is there twice`);
  return pairs;
}
