import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { parseKeyedList } from './keyed-list.ts';

/** The public half, as the JWKS lists it. */
export type PublicJwk = Readonly<Record<string, unknown>>;

export type IdentityKey = {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: PublicJwk;
};

/** Reads `IDENTITY_KEYS`: P-256 private keys, PKCS#8 in base64. Throws an Error that names the bad key by its kid. */
export function parseIdentityKeys(text: string): readonly IdentityKey[] {
  return parseKeyedList(text).map(({ kid, value }) => {
    const privateKey = readPrivateKey(value);
    if (privateKey?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
      throw new Error(`the key of kid "${kid}" is not a P-256 private key (PKCS#8 in base64)`);
    }
    const publicKey = createPublicKey(privateKey);
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
    return { kid, privateKey, publicKey, publicJwk: { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' } };
  });
}

function readPrivateKey(base64: string): KeyObject | undefined {
  try {
    return createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' });
  } catch {
    // OpenSSL's reasons ("DECODER routines::unsupported") help nobody; the caller names the key.
    return undefined;
  }
}
