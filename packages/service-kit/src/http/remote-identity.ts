import type { KeyObject } from 'node:crypto';
import type { Logger } from '@agora/telemetry';
import type { IdentityVerifier } from './identity.ts';
import {
  isCurrent,
  parseAssertion,
  readClaims,
  type SignedClaims,
  type UnverifiedAssertion,
} from './identity-assertion.ts';
import { createIdentityKeys } from './identity-keys.ts';

const MAX_SEEN = 1_000;

/** Checks `X-Identity` with the public keys that user-service publishes on its internal listener. */
export function remoteIdentity({
  userServiceInternalUrl,
  logger,
}: {
  userServiceInternalUrl: string;
  logger: Logger;
}): IdentityVerifier {
  const keys = createIdentityKeys({ url: new URL('/.well-known/jwks.json', userServiceInternalUrl).href, logger });
  return identityFromKeys((kid) => keys.find(kid));
}

/** Checks `X-Identity` with keys that the caller knows itself: user-service's own way. */
export function identityFromKeys(
  findKey: (kid: string) => KeyObject | undefined | Promise<KeyObject | undefined>,
): IdentityVerifier {
  const seen = new Map<string, Seen>();

  return {
    async verify(assertion) {
      const before = seen.get(assertion);
      const unverified = before?.unverified ?? parseAssertion(assertion);
      if (unverified === undefined) return undefined;
      const key = await findKey(unverified.kid);
      if (key === undefined) return undefined;
      const claims = before?.key === key ? before.claims : readClaims(unverified, key);
      if (claims === undefined || !isCurrent(claims)) return undefined;
      if (before === undefined) remember(seen, assertion, { unverified, key, claims });
      return claims.principal;
    },
  };
}

/** What a signature said, and by which key: with the key withdrawn it says nothing any more. */
type Seen = { readonly unverified: UnverifiedAssertion; readonly key: KeyObject; readonly claims: SignedClaims };

/**
 * A signature takes 0.1 ms to check, and one user's assertion comes with each request for some seconds. Only what was signed is
 * kept, so a caller cannot fill it; key and age are looked at each time.
 */
function remember(seen: Map<string, Seen>, assertion: string, verified: Seen): void {
  seen.set(assertion, verified);
  if (seen.size <= MAX_SEEN) return;
  const [oldest] = seen.keys();
  if (oldest !== undefined) seen.delete(oldest);
}
