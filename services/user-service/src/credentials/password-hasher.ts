import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import bcrypt from 'bcrypt';
import { overloaded } from '../users/user-errors.ts';
import { createWaitingRoom } from './waiting-room.ts';

export type PasswordHasher = {
  hash(password: string): Promise<string>;
  matches(password: string, passwordHash: string | undefined): Promise<boolean>;
  isOutdated(passwordHash: string): boolean;
};

/** The two slow functions of bcrypt; a test counts its calls or holds them up. */
export type Bcrypt = Pick<typeof bcrypt, 'hash' | 'compare' | 'getRounds'>;

// Below the four threads of libuv's pool, so that files and DNS always find a free one.
const AT_ONCE = Math.min(3, availableParallelism());
const MAX_WAITING = 64;
const MAX_WAIT_MS = 2_000;

/**
 * bcrypt at a bounded rate. What finds no place is refused as `overloaded` within two seconds.
 *
 * Makes a hash of nothing in particular first, of the same cost as real ones: a comparison with a malformed hash ends at
 * once, and would tell unknown addresses from known ones.
 */
export async function createPasswordHasher(cost: number, algorithm: Bcrypt = bcrypt): Promise<PasswordHasher> {
  const room = createWaitingRoom({
    atOnce: AT_ONCE,
    maxWaiting: MAX_WAITING,
    maxWaitMs: MAX_WAIT_MS,
    refusal: overloaded,
  });
  const nobodysHash = await algorithm.hash(randomBytes(32).toString('base64url'), cost);

  return {
    hash: (password) => room.run(() => algorithm.hash(password, cost)),

    async matches(password, passwordHash) {
      const isEqual = await room.run(() => algorithm.compare(password, passwordHash ?? nobodysHash));
      return passwordHash !== undefined && isEqual;
    },

    isOutdated: (passwordHash) => algorithm.getRounds(passwordHash) < cost,
  };
}
