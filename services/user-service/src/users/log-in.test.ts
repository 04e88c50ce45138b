import { expect, it } from 'vitest';
import type { AuditEvent } from './audit.ts';
import { logIn } from './log-in.ts';

function start({ storedHash = 'hash of correct', outdated = false } = {}) {
  const compared: (string | undefined)[] = [];
  const replaced: unknown[] = [];
  const events: AuditEvent[] = [];
  const deps = {
    users: {
      findCredentials: async (email: string) =>
        email === 'ada@example.org' ? { id: 'ada', passwordHash: storedHash } : undefined,
      replacePasswordHash: async (...call: unknown[]) => void replaced.push(call),
    },
    passwords: {
      matches: async (password: string, passwordHash: string | undefined) => {
        compared.push(passwordHash);
        return passwordHash === `hash of ${password}`;
      },
      isOutdated: () => outdated,
      hash: async (password: string) => `new hash of ${password}`,
    },
    tokens: { issue: (userId: string) => ({ token: `token of ${userId}`, expiresInSeconds: 900 }) },
    audit: (event: AuditEvent) => void events.push(event),
  };
  return { deps, compared, replaced, events };
}

it('gives a token for the right password, whatever the case of the address', async () => {
  const { deps, replaced, events } = start();
  const login = await logIn(deps, { email: 'ADA@example.org', password: 'correct' });
  expect(login).toEqual({ token: 'token of ada', expiresInSeconds: 900 });
  expect(events).toEqual([{ event: 'auth.login', outcome: 'ok', user_id: 'ada' }]);
  expect(replaced).toEqual([]);
});

it('refuses an unknown address like a wrong password, after one comparison each', async () => {
  const { deps, compared, events } = start();
  const wrong = logIn(deps, { email: 'ada@example.org', password: 'wrong' });
  const refusal = await wrong.catch((error: unknown) => error);
  expect(refusal).toMatchObject({ kind: 'unauthenticated', code: 'invalid_credentials' });
  await expect(logIn(deps, { email: 'eve@example.org', password: 'wrong' })).rejects.toEqual(refusal);
  expect(compared).toEqual(['hash of correct', undefined]);
  expect(events).toEqual([
    { event: 'auth.login', outcome: 'failed', user_id: 'ada' },
    { event: 'auth.login', outcome: 'failed' },
  ]);
});

it('compares nothing that bcrypt would cut off', async () => {
  const { deps, compared } = start();
  const tooLong = { email: 'ada@example.org', password: 'a'.repeat(73) };
  await expect(logIn(deps, tooLong)).rejects.toMatchObject({ kind: 'invalid', code: 'invalid_password' });
  expect(compared).toEqual([]);
});

it('replaces a hash of lower cost, once the password is known to be right', async () => {
  const { deps, replaced } = start({ outdated: true });
  await expect(logIn(deps, { email: 'ada@example.org', password: 'wrong' })).rejects.toThrow();
  expect(replaced).toEqual([]);
  await logIn(deps, { email: 'ada@example.org', password: 'correct' });
  expect(replaced).toEqual([['ada', 'hash of correct', 'new hash of correct']]);
});
