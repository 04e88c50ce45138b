import { expect, it } from 'vitest';
import { requireAcceptable, requireHashable } from './password-rules.ts';

const refused = expect.objectContaining({ kind: 'invalid', code: 'invalid_password' });
const refusalOf = (check: () => void): unknown => {
  try {
    check();
    return undefined;
  } catch (error) {
    return error;
  }
};

it('counts bytes, not characters, up to the 72 that bcrypt reads', () => {
  expect(refusalOf(() => requireHashable('a'.repeat(72)))).toBeUndefined();
  expect(refusalOf(() => requireHashable('a'.repeat(73)))).toEqual(refused);
  expect(refusalOf(() => requireHashable('🐢'.repeat(18)))).toBeUndefined();
  expect(refusalOf(() => requireHashable('🐢'.repeat(19)))).toEqual(refused);
});

it('refuses what different strings would share a hash of', () => {
  expect(refusalOf(() => requireHashable('turtles\ud83dall the way'))).toEqual(refused);
  expect(refusalOf(() => requireHashable('turtles\0all the way'))).toEqual(refused);
});

it('counts code points for the minimum, and asks nothing else', () => {
  expect(refusalOf(() => requireAcceptable('aaaaaaa', 7))).toBeUndefined();
  expect(refusalOf(() => requireAcceptable('aaaaaa', 7))).toEqual(refused);
  expect(refusalOf(() => requireAcceptable('🐢🐢🐢🐢🐢🐢', 7))).toEqual(refused);
  expect(refusalOf(() => requireAcceptable('🐢🐢🐢🐢🐢🐢🐢', 7))).toBeUndefined();
});

it('never repeats the password', () => {
  expect(String(refusalOf(() => requireAcceptable('hunter2', 15)))).not.toContain('hunter2');
});
