import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Logger } from '@agora/telemetry';
import { DomainError } from '../domain-error.ts';
import { getJson } from './get-json.ts';

/** An unknown key id makes us ask again, but not more often than this: a caller can invent key ids. */
const ASK_AGAIN_MS = 5_000;
/** With no keys at all nobody can be let in, so we are less patient. */
const ASK_AGAIN_WITHOUT_KEYS_MS = 500;
/** Keys are asked for anew after this, so that one that was withdrawn stops counting. */
const KEEP_MS = 5 * 60_000;

export type IdentityKeys = {
  /**
   * The public key of this id; undefined when user-service has none of that name.
   * @throws DomainError `unavailable` when user-service cannot be asked.
   */
  find(kid: string): Promise<KeyObject | undefined>;
};

/** user-service's public keys, asked for when first needed, kept, and asked for again when an unknown one turns up. */
export function createIdentityKeys({ url, logger }: { url: string; logger: Logger }): IdentityKeys {
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let askedAt = Number.NEGATIVE_INFINITY;
  let lastFailure: unknown;
  let asking: Promise<void> | undefined;

  function ask(): Promise<void> {
    askedAt = performance.now();
    asking ??= getJson(url)
      .then((document) => {
        keys = readKeys(document);
        lastFailure = undefined;
      })
      .catch((error: unknown) => {
        lastFailure = error;
        logger.warn({ err: error, url }, 'identity keys not available');
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  return {
    async find(kid) {
      const age = performance.now() - askedAt;
      const known = keys.get(kid);
      if (known !== undefined) {
        if (age > KEEP_MS) void ask();
        return known;
      }
      if (asking !== undefined || age > (keys.size === 0 ? ASK_AGAIN_WITHOUT_KEYS_MS : ASK_AGAIN_MS)) await ask();
      const found = keys.get(kid);
      if (found === undefined && lastFailure !== undefined) {
        throw new DomainError('unavailable', 'identity_unavailable', 'Logins cannot be checked at the moment.', {
          cause: lastFailure,
          retryAfterSeconds: 1,
        });
      }
      return found;
    },
  };
}

function readKeys(document: unknown): ReadonlyMap<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  if (!isRecord(document) || !Array.isArray(document.keys)) throw new Error('the key document has no list of keys');
  for (const jwk of document.keys) {
    // A key of a kind that we cannot use is for somebody else.
    if (!isRecord(jwk) || jwk.kty !== 'EC' || jwk.crv !== 'P-256' || typeof jwk.kid !== 'string') continue;
    keys.set(
      jwk.kid,
      createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: String(jwk.x), y: String(jwk.y) }, format: 'jwk' }),
    );
  }
  return keys;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
