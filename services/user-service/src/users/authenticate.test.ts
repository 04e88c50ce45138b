import { expect, it } from 'vitest';
import { authenticate } from './authenticate.ts';
import type { Account } from './user.ts';

function start(accounts: Record<string, Account>) {
  const lookups: string[] = [];
  const deps = {
    tokens: { verify: (token: string) => /^token of (.+)$/.exec(token)?.[1] },
    accounts: {
      find: async (id: string) => {
        lookups.push(id);
        return accounts[id];
      },
    },
    identities: { assertionFor: ({ id, role }: Account) => `${id} is ${role}` },
  };
  return { deps, lookups };
}

it('vouches for the account as it is now', async () => {
  const ada: Account = { id: 'ada', email: 'ada@example.org', role: 'admin' };
  const { deps } = start({ ada });
  expect(await authenticate(deps, 'token of ada')).toEqual({ account: ada, assertion: 'ada is admin' });
});

it('refuses the valid token of a deleted account', async () => {
  const { deps } = start({});
  await expect(authenticate(deps, 'token of ada')).rejects.toMatchObject({ code: 'invalid_token' });
});

it('asks no database about an invalid token', async () => {
  const { deps, lookups } = start({});
  await expect(authenticate(deps, 'nonsense')).rejects.toMatchObject({ kind: 'unauthenticated' });
  expect(lookups).toEqual([]);
});
