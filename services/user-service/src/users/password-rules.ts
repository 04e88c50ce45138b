import { invalidPassword } from './user-errors.ts';

/** bcrypt reads no further: a longer password would match every password that begins like it. */
const MAX_BYTES = 72;

/**
 * Refuses what cannot be hashed faithfully. Applies to login too: what was never accepted cannot be right, and the answer
 * depends on nothing but the password given.
 */
export function requireHashable(password: string): void {
  if (Buffer.byteLength(password, 'utf8') > MAX_BYTES) {
    throw invalidPassword(`The password must not be longer than ${MAX_BYTES} bytes in UTF-8.`);
  }
  if (!password.isWellFormed() || password.includes('\0')) {
    throw invalidPassword('The password must be well-formed Unicode without NUL.');
  }
}

/** Length counts code points. There are no rules of composition: they make passwords easier to guess, not harder. */
export function requireAcceptable(password: string, minLength: number): void {
  requireHashable(password);
  if ([...password].length < minLength) {
    throw invalidPassword(`The password must have at least ${minLength} characters.`);
  }
}
