import { createSecretKey, type KeyObject } from 'node:crypto';
import { parseKeyedList } from './keyed-list.ts';

export type JwtSecret = { readonly kid: string; readonly key: KeyObject };

const MIN_BYTES = 32;
/** 32 random bytes have about 30 different values, and fewer than this once in 10^17. */
const MIN_DIFFERENT_BYTES = 16;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
const SAMPLE = /change.?me|change.?this|example|placeholder|secret|password|sample|insecure|replace/i;

/**
 * Reads `JWT_SECRETS`. Throws an Error that says which secret is too weak and why, without its value.
 *
 * The library would sign with a single byte, so the strength is checked here. KeyObjects, because a string is parsed as a
 * PEM on every call, 45 times slower than the check itself.
 */
export function parseJwtSecrets(text: string): readonly JwtSecret[] {
  const secrets = parseKeyedList(text);
  return secrets.map(({ kid, value }, index) => {
    const weakness = weaknessOf(value);
    if (weakness !== undefined) throw new Error(`the secret of kid "${kid}" ${weakness}`);
    if (secrets.findIndex((other) => other.value === value) < index) {
      throw new Error(`the secret of kid "${kid}" is there twice`);
    }
    return { kid, key: createSecretKey(Buffer.from(value, 'base64url')) };
  });
}

function weaknessOf(value: string): string | undefined {
  if (!BASE64URL.test(value)) return 'is not base64url';
  const bytes = Buffer.from(value, 'base64url');
  if (bytes.length < MIN_BYTES) return `must have at least ${MIN_BYTES} bytes, it has ${bytes.length}`;
  if (SAMPLE.test(value) || bytes.every((byte) => byte >= 0x20 && byte < 0x7f))
    return 'is a sample or a text: use random bytes';
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES) return 'is a repetition: use random bytes';
  return undefined;
}
