import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { rawRequest } from '@agora/tests/raw-request';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  identityHeaders,
  newJwtSecret,
  type Person,
  startForTest,
  type TestUserService,
} from './start-user-service.ts';

const current = newJwtSecret('k2');
const retiring = newJwtSecret('k1');

let service: TestUserService;
let ada: Person;
beforeAll(async () => {
  service = await startForTest({ JWT_SECRETS: `${current},${retiring}` });
  ada = await service.person('ada');
});
afterAll(() => service.close());

const parse = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());
const seconds = () => Math.floor(Date.now() / 1000);
const ask = (headers: Record<string, string>) => service.callInternal('/auth/verify', { headers });

/** A token that is right but for what is spoiled on purpose. */
function forge({
  header = {},
  claims = {},
  secret = current,
}: {
  header?: object;
  claims?: object;
  secret?: string;
} = {}) {
  const [kid = '', key = ''] = secret.split(':');
  const body = { iss: 'agora', aud: 'agora-api', sub: ada.id, iat: seconds(), exp: seconds() + 900, ...claims };
  const fullHeader = { alg: 'HS256', typ: 'at+jwt', kid, ...header } as const;
  return jwt.sign(JSON.stringify(body), Buffer.from(key, 'base64url'), { header: fullHeader });
}

describe('GET /auth/verify with a valid token', () => {
  it('answers 200 without a body, and says who in three headers', async () => {
    const answer = await service.verify(ada.token);
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers.get('x-user-id')).toBe(ada.id);
    expect(answer.headers.get('x-user-email')).toBe(encodeURIComponent(ada.email));
    expect(answer.headers.get('cache-control')).toBe('no-store');
    for (const name of ['set-cookie', 'location', 'etag', 'server']) expect(answer.headers.get(name)).toBeNull();
  });

  it('signs X-Identity with a key of the JWKS, for at most a minute', async () => {
    const assertion = (await service.verify(ada.token)).headers.get('x-identity') ?? '';
    const [header, claims, signature = ''] = assertion.split('.');
    const jwks = await service.callInternal('/.well-known/jwks.json');
    const [key] = jwks.body.keys as Record<string, string>[];
    expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(parse(header)).toEqual({ alg: 'ES256', typ: 'agora-id+jwt', kid: key?.kid });
    const publicKey = createPublicKey({ key: key ?? {}, format: 'jwk' });
    const ieee = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verifySignature('sha256', signed, ieee, Buffer.from(signature, 'base64url'))).toBe(true);
    const { iat, exp, ...who } = parse(claims);
    expect(who).toEqual({
      iss: 'agora-user-service',
      aud: 'agora-internal',
      sub: ada.id,
      email: ada.email,
      role: 'customer',
    });
    expect(exp - iat).toBe(60);
  });

  it('takes the scheme in any case, and the token of a retiring secret', async () => {
    expect((await ask({ authorization: `bearer ${ada.token}` })).status).toBe(200);
    expect((await ask({ authorization: `BEARER   ${forge({ secret: retiring })}` })).status).toBe(200);
  });

  it('is believed by the public listener, and only as a whole', async () => {
    const headers = identityHeaders(await service.verify(ada.token));
    expect((await service.call('GET', '/users/me', { headers })).status).toBe(200);
    const others = [
      { ...headers, 'x-user-id': '018f0000-0000-7000-8000-000000000001' },
      { ...headers, 'x-identity': '' },
      { ...headers, 'x-identity': `${headers['x-identity']}x` },
      { ...headers, 'x-identity': ada.token },
    ];
    for (const forged of others) expect((await service.call('GET', '/users/me', { headers: forged })).status).toBe(401);
  });
});

describe('GET /auth/verify refuses', () => {
  const refusals: [string, () => string | undefined][] = [
    ['no Authorization', () => undefined],
    ['an empty one', () => ''],
    ['no scheme', () => ada.token],
    ['Basic', () => `Basic ${Buffer.from('ada:hunter2').toString('base64')}`],
    ['a scheme without a token', () => 'Bearer '],
    ['two tokens in one', () => `Bearer ${ada.token}, Bearer ${ada.token}`],
    [
      'alg none',
      () => `Bearer ${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${ada.token.split('.')[1]}.`,
    ],
    ['an unknown kid', () => `Bearer ${forge({ header: { kid: 'k9' } })}`],
    ['kid __proto__', () => `Bearer ${forge({ header: { kid: '__proto__' } })}`],
    ['the kid of another secret', () => `Bearer ${forge({ header: { kid: 'k1' } })}`],
    ['an expired token', () => `Bearer ${forge({ claims: { iat: seconds() - 1_000, exp: seconds() - 100 } })}`],
    ['a token older than the time to live', () => `Bearer ${forge({ claims: { iat: seconds() - 1_000 } })}`],
    ['a token without exp', () => `Bearer ${forge({ claims: { exp: undefined } })}`],
    ['crit', () => `Bearer ${forge({ header: { crit: ['exp'] } })}`],
    ['another typ', () => `Bearer ${forge({ header: { typ: 'JWT' } })}`],
    ['another audience', () => `Bearer ${forge({ claims: { aud: 'agora-internal' } })}`],
    ['a sub that is SQL', () => `Bearer ${forge({ claims: { sub: "' OR 1=1 --" } })}`],
    ['an account that never was', () => `Bearer ${forge({ claims: { sub: '018f0000-0000-7000-8000-00000000dead' } })}`],
    ['a token over 4 KiB', () => `Bearer ${forge({ claims: { pad: 'x'.repeat(5_000) } })}`],
  ];
  it.each(refusals)('%s', async (_what, authorization) => {
    const value = authorization();
    const answer = await ask(value === undefined ? {} : { authorization: value });
    expect(answer).toMatchObject({ status: 401, body: { status: 401, code: 'invalid_token' } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    for (const name of ['x-user-id', 'x-user-email', 'x-identity', 'set-cookie']) {
      expect(answer.headers.get(name)).toBeNull();
    }
  });

  it('an X-Identity assertion as access token', async () => {
    const assertion = (await service.verify(ada.token)).headers.get('x-identity') ?? '';
    expect((await service.verify(assertion)).status).toBe(401);
  });

  it('a second Authorization, even the same one', async () => {
    const { internalUrl } = service;
    const lines = ['GET /auth/verify HTTP/1.1', 'Host: x', 'Connection: close', `Authorization: Bearer ${ada.token}`];
    expect(await rawRequest(internalUrl, [...lines, '', ''])).toBe(200);
    expect(await rawRequest(internalUrl, [...lines, `authorization: Bearer ${ada.token}`, '', ''])).toBe(401);
    expect(await rawRequest(internalUrl, [...lines, 'AUTHORIZATION: Bearer x', '', ''])).toBe(401);
  });

  it('a token in the query', async () => {
    expect((await service.callInternal(`/auth/verify?access_token=${ada.token}`)).status).toBe(401);
  });
});

describe('the account behind the token', () => {
  it('is looked up with one statement for requests that come together', async () => {
    const people = await Promise.all(['a', 'b', 'c', 'd'].map((name) => service.person(name)));
    const client = new pg.Client({ connectionString: service.config.DATABASE_URL });
    await client.connect();
    try {
      // Holds the lookups up, so that all but the first gather behind it.
      await client.query('BEGIN');
      await client.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
      const verified = Promise.all([...people, ...people].map(({ token }) => service.verify(token)));
      const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      let most = 0;
      for (let round = 0; round < 10; round += 1) most = Math.max(most, (await client.query(waiting)).rows[0].n);
      await client.query('COMMIT');
      expect((await verified).map(({ status }) => status)).toEqual(Array(8).fill(200));
      expect(most).toBe(1);
    } finally {
      await client.end();
    }
  });

  it('answers 503 soon when the database does not, and 200 once it does', async () => {
    const client = new pg.Client({ connectionString: service.config.DATABASE_URL });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
      const asked = performance.now();
      const answer = await service.verify(ada.token);
      expect(performance.now() - asked).toBeLessThan(1_000);
      expect(answer).toMatchObject({ status: 503, body: { code: 'accounts_unavailable' } });
      expect(answer.headers.get('retry-after')).toBe('1');
      // What is refused anyway needs no database.
      expect((await service.verify('nonsense')).status).toBe(401);
      await client.query('COMMIT');
      expect((await service.verify(ada.token)).status).toBe(200);
    } finally {
      await client.end();
    }
  });
});

it('never writes a token into the log', () => {
  expect(JSON.stringify(service.logs)).not.toMatch(/eyJ|Bearer/);
});
