import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type IdentityVerifier, identityFromKeys, remoteIdentity } from '@agora/service-kit/http';
import { createTestLogger } from '@agora/tests/logger';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADA } from './start-test-app.ts';

type Pair = { kid: string; privateKey: KeyObject; publicKey: KeyObject };

function keyPair(kid: string): Pair {
  return { kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}

function assertionBy({ kid, privateKey }: Pair): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = {
    iss: 'agora-user-service',
    aud: 'agora-internal',
    sub: ADA.userId,
    email: ADA.email,
    role: ADA.role,
  };
  const signed = `${encode({ alg: 'ES256', typ: 'agora-id+jwt', kid })}.${encode({ ...claims, iat: now, exp: now + 60 })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

const first = keyPair('first');
const second = keyPair('second');

let server: Server;
let published: unknown[];
let status: number;
let requests: number;
let identity: IdentityVerifier;

beforeEach(async () => {
  published = [jwkOf(first)];
  status = 200;
  requests = 0;
  server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(status).end(JSON.stringify({ keys: published }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  identity = remoteIdentity({ userServiceInternalUrl: `http://127.0.0.1:${port}`, logger: createTestLogger().logger });
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
  server.closeAllConnections();
  server.close();
});

function jwkOf({ kid, publicKey }: Pair): object {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
}

describe('remoteIdentity', () => {
  it('asks for the keys once, when the first assertion comes, however many come together', async () => {
    expect(requests).toBe(0);
    const assertion = assertionBy(first);
    expect(await Promise.all([identity.verify(assertion), identity.verify(assertion)])).toEqual([ADA, ADA]);
    await identity.verify(assertion);
    expect(requests).toBe(1);
  });

  it('learns of a new key when it turns up, and keeps the old one', async () => {
    await identity.verify(assertionBy(first));
    published = [jwkOf(second), jwkOf(first), { kty: 'OKP', crv: 'Ed25519', kid: 'other', x: 'x' }, 7];
    vi.advanceTimersByTime(5_001);
    expect(await identity.verify(assertionBy(second))).toEqual(ADA);
    expect(await identity.verify(assertionBy(first))).toEqual(ADA);
    expect(requests).toBe(2);
  });

  it('does not let invented key ids drive it to ask', async () => {
    await identity.verify(assertionBy(first));
    for (let round = 0; round < 20; round += 1)
      expect(await identity.verify(assertionBy(keyPair(`id-${round}`)))).toBeUndefined();
    expect(requests).toBe(1);
    vi.advanceTimersByTime(5_001);
    for (let round = 0; round < 20; round += 1) await identity.verify(assertionBy(keyPair(`id-${round}`)));
    expect(requests).toBe(2);
  });

  it('lets a withdrawn key go in time', async () => {
    await identity.verify(assertionBy(first));
    published = [jwkOf(second)];
    vi.advanceTimersByTime(5 * 60_000 + 1);
    // Still answered from what is known; the question goes out beside it.
    expect(await identity.verify(assertionBy(first))).toEqual(ADA);
    await vi.waitFor(async () => expect(await identity.verify(assertionBy(first))).toBeUndefined());
    expect(await identity.verify(assertionBy(second))).toEqual(ADA);
  });

  it.each([
    ['away', () => server.close()],
    [
      'failing',
      () => {
        status = 500;
      },
    ],
    [
      'answering nonsense',
      () => {
        published = [{ kty: 'EC', crv: 'P-256', kid: 'first', x: 'not', y: 'a point' }];
      },
    ],
  ])('says unavailable, not forged, while user-service is %s, and recovers', async (_case, spoil) => {
    spoil();
    const refusal = { kind: 'unavailable', code: 'identity_unavailable', retryAfterSeconds: 1 };
    await expect(identity.verify(assertionBy(first))).rejects.toMatchObject(refusal);
    await expect(identity.verify(assertionBy(first))).rejects.toMatchObject(refusal);
    expect(requests).toBeLessThanOrEqual(1);
    if (!server.listening) return;
    status = 200;
    published = [jwkOf(first)];
    vi.advanceTimersByTime(501);
    expect(await identity.verify(assertionBy(first))).toEqual(ADA);
  });

  it('goes on with the keys it has while user-service is away', async () => {
    await identity.verify(assertionBy(first));
    status = 500;
    vi.advanceTimersByTime(5 * 60_000 + 1);
    expect(await identity.verify(assertionBy(first))).toEqual(ADA);
    expect(await identity.verify(assertionBy(first))).toEqual(ADA);
  });
});

it('identityFromKeys checks with the keys at hand', async () => {
  const own = identityFromKeys((kid) => (kid === first.kid ? first.publicKey : undefined));
  expect(await own.verify(assertionBy(first))).toEqual(ADA);
  expect(await own.verify(assertionBy(second))).toBeUndefined();
  expect(await own.verify(assertionBy({ ...second, kid: 'first' }))).toBeUndefined();
});

it('an assertion that was right before ends with its time, and with its key', async () => {
  let key: KeyObject | undefined = first.publicKey;
  const own = identityFromKeys(() => key);
  const assertion = assertionBy(first);
  expect(await own.verify(assertion)).toEqual(ADA);
  vi.advanceTimersByTime(64_000);
  expect(await own.verify(assertion)).toEqual(ADA);
  key = second.publicKey;
  expect(await own.verify(assertion)).toBeUndefined();
  key = undefined;
  expect(await own.verify(assertion)).toBeUndefined();
  key = first.publicKey;
  vi.advanceTimersByTime(2_000);
  expect(await own.verify(assertion)).toBeUndefined();
});
