import bcrypt from 'bcrypt';
import { expect, it } from 'vitest';
import { createPasswordHasher } from './password-hasher.ts';

const COST = 4;

async function countingHasher() {
  const calls: { compared: string; costs: number }[] = [];
  const passwords = await createPasswordHasher(COST, {
    ...bcrypt,
    compare: (password: string | Buffer, passwordHash: string) => {
      calls.push({ compared: passwordHash, costs: bcrypt.getRounds(passwordHash) });
      return bcrypt.compare(password, passwordHash);
    },
  });
  return { passwords, calls };
}

it('tells the right password from a wrong one', async () => {
  const { passwords } = await countingHasher();
  const hash = await passwords.hash('correct horse battery');
  expect(await passwords.matches('correct horse battery', hash)).toBe(true);
  expect(await passwords.matches('correct horse batterY', hash)).toBe(false);
});

it('does the same work without an account as with one', async () => {
  const { passwords, calls } = await countingHasher();
  await passwords.matches('wrong', await passwords.hash('right'));
  expect(await passwords.matches('wrong', undefined)).toBe(false);
  expect(calls.map(({ costs }) => costs)).toEqual([COST, COST]);
  // A malformed hash would be refused at once: what is compared with has to be a real one.
  expect(calls[1]?.compared).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/);
});

it('knows a hash that cost less than it does now', async () => {
  const { passwords } = await countingHasher();
  const stronger = await createPasswordHasher(COST + 1);
  const hash = await passwords.hash('correct horse battery');
  expect(passwords.isOutdated(hash)).toBe(false);
  expect(stronger.isOutdated(hash)).toBe(true);
});

it('refuses a flood instead of letting it queue', async () => {
  const release = Promise.withResolvers<boolean>();
  const passwords = await createPasswordHasher(COST, { ...bcrypt, compare: () => release.promise });
  const logins = Array.from({ length: 100 }, () => passwords.matches('wrong', undefined));
  const settled = Promise.allSettled(logins);
  await expect(logins.at(-1)).rejects.toMatchObject({ kind: 'unavailable', code: 'overloaded', retryAfterSeconds: 1 });
  release.resolve(false);
  const outcomes = await settled;
  const served = outcomes.filter(({ status }) => status === 'fulfilled').length;
  expect(served).toBeGreaterThan(64);
  expect(served).toBeLessThanOrEqual(67);
});
