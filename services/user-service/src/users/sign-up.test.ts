import { expect, it } from 'vitest';
import type { AuditEvent } from './audit.ts';
import { signUp } from './sign-up.ts';
import type { User } from './user.ts';

const ada = { name: 'Ada', email: 'Ada@Example.org', password: 'correct horse battery' };

function start({ isFree = true } = {}) {
  const steps: string[] = [];
  const added: { user: User; passwordHash: string }[] = [];
  const events: AuditEvent[] = [];
  const deps = {
    passwords: {
      hash: async (password: string) => {
        steps.push('hash');
        return `hash of ${password}`;
      },
    },
    users: {
      add: async (user: User, passwordHash: string) => {
        steps.push('add');
        if (isFree) added.push({ user, passwordHash });
        return isFree;
      },
    },
    minPasswordLength: 15,
    newId: () => '018f0000-0000-7000-8000-000000000001',
    audit: (event: AuditEvent) => void events.push(event),
  };
  return { deps, steps, added, events };
}

it('stores a customer under the lower-cased address, with the hash of exactly what was sent', async () => {
  const { deps, added, events } = start();
  const user = await signUp(deps, ada);
  expect(user).toMatchObject({ id: deps.newId(), name: 'Ada', email: 'ada@example.org', role: 'customer' });
  expect(added).toEqual([{ user, passwordHash: `hash of ${ada.password}` }]);
  expect(events).toEqual([{ event: 'auth.signup', outcome: 'ok', user_id: user.id }]);
});

it('costs one hash whether the address is free or taken', async () => {
  const free = start();
  await signUp(free.deps, ada);
  const taken = start({ isFree: false });
  await expect(signUp(taken.deps, ada)).rejects.toMatchObject({ kind: 'conflict', code: 'email_taken' });
  expect(free.steps).toEqual(['hash', 'add']);
  expect(taken.steps).toEqual(free.steps);
  expect(JSON.stringify(taken.events)).not.toContain('example.org');
});

it('refuses a short password before any work', async () => {
  const { deps, steps } = start();
  await expect(signUp(deps, { ...ada, password: 'hunter2' })).rejects.toMatchObject({ code: 'invalid_password' });
  expect(steps).toEqual([]);
});
