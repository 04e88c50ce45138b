import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { expect, it } from 'vitest';
import { createAccessTokens } from './access-tokens.ts';

const USER = '018f0000-0000-7000-8000-000000000001';
const secret = { kid: 'k1', key: createSecretKey(randomBytes(32)) };
const retiring = { kid: 'k0', key: createSecretKey(randomBytes(32)) };
const tokens = createAccessTokens([secret, retiring], { ttlSeconds: 900 });

type Spoiled = { header?: object; claims?: object; key?: typeof secret.key };
const seconds = () => Math.floor(Date.now() / 1000);

/** A token like ours, spoiled on purpose; a claim or header of `undefined` is left out. */
function forge({ header = {}, claims = {}, key = secret.key }: Spoiled = {}): string {
  const body = { iss: 'agora', aud: 'agora-api', sub: USER, iat: seconds(), exp: seconds() + 900, ...claims };
  return jwt.sign(JSON.stringify(body), key, { header: { alg: 'HS256', typ: 'at+jwt', kid: 'k1', ...header } });
}
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const [, payload = '', signature = ''] = forge().split('.');

it('accepts what it issued, and says how long', () => {
  const { token, expiresInSeconds } = tokens.issue(USER);
  expect(tokens.verify(token)).toBe(USER);
  expect(expiresInSeconds).toBe(900);
  const { exp = 0, iat = 0, ...claims } = jwt.decode(token, { json: true }) ?? {};
  expect(claims).toEqual({ iss: 'agora', aud: 'agora-api', sub: USER });
  expect(exp - iat).toBe(900);
});

it('accepts the forged token when nothing is spoiled, so that each refusal below has one reason', () => {
  expect(tokens.verify(forge())).toBe(USER);
});

it('signs with the first secret and verifies with each', () => {
  expect(jwt.decode(tokens.issue(USER).token, { complete: true })?.header.kid).toBe('k1');
  expect(tokens.verify(forge({ header: { kid: 'k0' }, key: retiring.key }))).toBe(USER);
  expect(
    createAccessTokens([secret], { ttlSeconds: 900 }).verify(forge({ header: { kid: 'k0' }, key: retiring.key })),
  ).toBe(undefined);
});

it('accepts five seconds of clock difference and no more', () => {
  expect(tokens.verify(forge({ claims: { exp: seconds() - 2 } }))).toBe(USER);
  expect(tokens.verify(forge({ claims: { exp: seconds() - 7 } }))).toBeUndefined();
  expect(tokens.verify(forge({ claims: { iat: seconds() + 3 } }))).toBe(USER);
  expect(tokens.verify(forge({ claims: { iat: seconds() + 60 } }))).toBeUndefined();
});

it.each<[string, string]>([
  ['nothing', ''],
  ['no token', 'bearer'],
  ['two parts', `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })}.${payload}`],
  ['a header that is null', `${encode(null)}.${payload}.${signature}`],
  ['alg none', `${encode({ alg: 'none', typ: 'at+jwt', kid: 'k1' })}.${payload}.`],
  ['alg None with a signature', `${encode({ alg: 'None', typ: 'at+jwt', kid: 'k1' })}.${payload}.${signature}`],
  ['another HMAC', forge({ header: { alg: 'HS512' } })],
  ['another key', forge({ key: createSecretKey(randomBytes(32)) })],
  ['the key of another kid', forge({ header: { kid: 'k0' } })],
  ['an unknown kid', forge({ header: { kid: 'k9' } })],
  ['no kid', forge({ header: { kid: undefined } })],
  ['kid __proto__', forge({ header: { kid: '__proto__' } })],
  ['kid constructor', forge({ header: { kid: 'constructor' } })],
  ['a kid that is no text', forge({ header: { kid: ['k1'] } })],
  ['a crit header', forge({ header: { crit: ['exp'] } })],
  ['another typ', forge({ header: { typ: 'JWT' } })],
  ['no typ', forge({ header: { typ: undefined } })],
  ['no exp', forge({ claims: { exp: undefined } })],
  ['exp as text', forge({ claims: { exp: '9999999999' } })],
  ['exp in a far future, iat long past', forge({ claims: { exp: 1e300, iat: seconds() - 1000 } })],
  ['exp that is no whole number', forge({ claims: { exp: seconds() + 100.5 } })],
  ['no iat', forge({ claims: { iat: undefined } })],
  ['expired', forge({ claims: { iat: seconds() - 950, exp: seconds() - 50 } })],
  ['not yet valid', forge({ claims: { nbf: seconds() + 60 } })],
  ['another issuer', forge({ claims: { iss: 'agora-user-service' } })],
  ['another audience', forge({ claims: { aud: 'agora-internal' } })],
  ['several audiences', forge({ claims: { aud: ['agora-api', 'other'] } })],
  ['no sub', forge({ claims: { sub: undefined } })],
  ['sub that is no id', forge({ claims: { sub: 'admin' } })],
  ['sub in upper case', forge({ claims: { sub: USER.toUpperCase() } })],
  ['sub as an object', forge({ claims: { sub: { id: USER } } })],
  ['more than 4 KiB', forge({ claims: { pad: 'x'.repeat(4_096) } })],
  ['a changed payload', `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })}.${encode({ sub: USER })}.${signature}`],
])('refuses a token with %s', (_what, token) => {
  expect(tokens.verify(token)).toBeUndefined();
});

it('refuses an identity assertion, and one whose type was changed', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (const typ of ['agora-id+jwt', 'at+jwt']) {
    const claims = { iss: 'agora', aud: 'agora-api', sub: USER, iat: seconds(), exp: seconds() + 60 };
    const assertion = jwt.sign(claims, privateKey, { algorithm: 'ES256', header: { alg: 'ES256', typ, kid: 'k1' } });
    expect(tokens.verify(assertion)).toBeUndefined();
  }
});

it('refuses a payload that is plain text', () => {
  const token = jwt.sign('just text', secret.key, { header: { alg: 'HS256', typ: 'at+jwt', kid: 'k1' } });
  expect(tokens.verify(token)).toBeUndefined();
});
