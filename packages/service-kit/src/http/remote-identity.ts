import type { KeyObject } from 'node:crypto';
import type { Logger } from '@agora/telemetry';
import type { IdentityVerifier } from './identity.ts';
import { parseAssertion, verifyAssertion } from './identity-assertion.ts';
import { createIdentityKeys } from './identity-keys.ts';

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
  return {
    async verify(assertion) {
      const unverified = parseAssertion(assertion);
      if (unverified === undefined) return undefined;
      const key = await findKey(unverified.kid);
      return key === undefined ? undefined : verifyAssertion(unverified, key);
    },
  };
}
