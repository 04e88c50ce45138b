import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseIdentityKeys } from './identity-keys.ts';

const pkcs8 = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');

it('publishes the public half and nothing of the private one', () => {
  const [key] = parseIdentityKeys(`k1:${pkcs8('P-256')}`);
  expect(Object.keys(key?.publicJwk ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  expect(key?.publicJwk).toMatchObject({ kty: 'EC', crv: 'P-256', kid: 'k1', alg: 'ES256' });
});

it('names the key that is not one', () => {
  const good = `good:${pkcs8('P-256')}`;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'der' });
  const publicHalf = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    type: 'spki',
    format: 'der',
  });
  for (const bad of ['bm9wZQ==', pkcs8('P-384'), rsa.toString('base64'), publicHalf.toString('base64')]) {
    expect(() => parseIdentityKeys(`${good},bad:${bad}`)).toThrow('the key of kid "bad" is not a P-256 private key');
  }
});
