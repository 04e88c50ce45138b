import { expect, it } from 'vitest';
import { isConflict, isDatabaseUnavailable } from './database-failure.ts';

const withCode = (code: string, message = 'failed'): Error => Object.assign(new Error(message), { code });

it.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  '08006',
  '53300',
  '53100',
  '57P01',
  '57P03',
  '57014',
  '25006',
  '58030',
  '25P03',
])('blames the database, not a message, for %s', (code) => {
  expect(isDatabaseUnavailable(withCode(code))).toBe(true);
});

it.each([
  'Connection terminated unexpectedly',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
])('knows what pg says without a code: %s', (message) => {
  expect(isDatabaseUnavailable(new Error(message))).toBe(true);
});

it.each(['23505', '22P02', '42P01', '40001', '40P01', 'ERR_ASSERTION'])('blames the message for %s', (code) => {
  expect(isDatabaseUnavailable(withCode(code))).toBe(false);
});

it('blames the message for what is no error of the database at all', () => {
  expect(isDatabaseUnavailable(new Error('cannot read properties of undefined'))).toBe(false);
  expect(isDatabaseUnavailable('a string')).toBe(false);
});

it('tells conflicts from mistakes', () => {
  expect(['40001', '40P01', '55P03'].every((code) => isConflict(withCode(code)))).toBe(true);
  expect(isConflict(withCode('23505'))).toBe(false);
});
