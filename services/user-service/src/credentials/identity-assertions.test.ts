import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Account } from '../users/user.ts';
import { createIdentityAssertions } from './identity-assertions.ts';
import { parseIdentityKeys } from './identity-keys.ts';

const newKey = (kid: string) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return parseIdentityKeys(`${kid}:${privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')}`);
};
const ada: Account = { id: '018f0000-0000-7000-8000-000000000001', email: 'ada@example.org', role: 'customer' };
const parse = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());

it('signs who asks with the first key, for a minute, as ES256 that needs no library to check', () => {
  const keys = [...newKey('k2'), ...newKey('k1')];
  const assertion = createIdentityAssertions(keys, () => 1_800_000_000_500).assertionFor(ada);
  const [header, claims, signature = ''] = assertion.split('.');
  expect(parse(header)).toEqual({ alg: 'ES256', typ: 'agora-id+jwt', kid: 'k2' });
  expect(parse(claims)).toEqual({
    iss: 'agora-user-service',
    aud: 'agora-internal',
    sub: ada.id,
    email: ada.email,
    role: 'customer',
    iat: 1_800_000_000,
    exp: 1_800_000_060,
  });
  const key = createPublicKey({ key: { ...keys[0]?.publicJwk }, format: 'jwk' });
  const signed = Buffer.from(`${header}.${claims}`);
  const ieee = { key, dsaEncoding: 'ieee-p1363' } as const;
  expect(verify('sha256', signed, ieee, Buffer.from(signature, 'base64url'))).toBe(true);
});

it('serves a burst with one signature, and mints anew after ten seconds', () => {
  let now = 1_800_000_000_000;
  const assertions = createIdentityAssertions(newKey('k1'), () => now);
  const first = assertions.assertionFor(ada);
  now += 9_999;
  expect(assertions.assertionFor(ada)).toBe(first);
  now += 1;
  expect(assertions.assertionFor(ada)).not.toBe(first);
});

it('says the new role or address at once', () => {
  const assertions = createIdentityAssertions(newKey('k1'));
  const before = assertions.assertionFor(ada);
  const promoted = assertions.assertionFor({ ...ada, role: 'admin' });
  expect(parse(promoted.split('.')[1]).role).toBe('admin');
  const moved = assertions.assertionFor({ ...ada, email: 'lovelace@example.org' });
  expect(parse(moved.split('.')[1])).toMatchObject({ email: 'lovelace@example.org', role: 'customer' });
  expect(new Set([before, promoted, moved]).size).toBe(3);
});
