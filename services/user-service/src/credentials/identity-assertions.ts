import jwt from 'jsonwebtoken';
import type { Account } from '../users/user.ts';
import type { IdentityKey } from './identity-keys.ts';

export type IdentityAssertions = { assertionFor(account: Account): string };

const TTL_SECONDS = 60;
/** Signing is the dearest part of a verification. An assertion says the same for a while, so one serves a burst. */
const REUSE_MS = 10_000;
const MAX_KEPT = 10_000;

type Kept = { readonly account: Account; readonly assertion: string; readonly reuseUntil: number };

/** Mints `X-Identity`: who asks, signed for the services and valid for a minute at most. The first key signs. */
export function createIdentityAssertions(
  keys: readonly IdentityKey[],
  now: () => number = Date.now,
): IdentityAssertions {
  const [key] = keys;
  if (key === undefined) throw new Error('no key to sign identities with');
  const kept = new Map<string, Kept>();

  return {
    assertionFor(account) {
      const last = kept.get(account.id);
      if (last !== undefined && now() < last.reuseUntil && saysTheSame(last.account, account)) return last.assertion;
      const assertion = mint(key, account, Math.floor(now() / 1000));
      // Deleted first, so that the map stays in the order of minting and its first entry is the oldest.
      kept.delete(account.id);
      kept.set(account.id, { account, assertion, reuseUntil: now() + REUSE_MS });
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      return assertion;
    },
  };
}

function saysTheSame(one: Account, other: Account): boolean {
  return one.email === other.email && one.role === other.role;
}

function mint({ kid, privateKey }: IdentityKey, { id, email, role }: Account, iat: number): string {
  return jwt.sign({ email, role, iat, exp: iat + TTL_SECONDS }, privateKey, {
    algorithm: 'ES256',
    header: { alg: 'ES256', typ: 'agora-id+jwt', kid },
    issuer: 'agora-user-service',
    audience: 'agora-internal',
    subject: id,
  });
}
