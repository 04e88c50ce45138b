import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseJwtSecrets } from './jwt-secrets.ts';

const strong = () => randomBytes(32).toString('base64url');

it('reads kids and keys in their order', () => {
  const secrets = parseJwtSecrets(`new:${strong()},old:${strong()}`);
  expect(secrets.map(({ kid }) => kid)).toEqual(['new', 'old']);
  expect(secrets.map(({ key }) => key.symmetricKeySize)).toEqual([32, 32]);
});

it.each([
  ['', /not of the form kid:value/],
  ['nokid', /entry 1 is not of the form kid:value/],
  [`a:${strong()},`, /entry 2 is not of the form kid:value/],
  [`a:${strong()}:x`, /entry 1 is not of the form kid:value/],
  [`../../etc:${strong()}`, /the kid of entry 1/],
  [`a:${strong()},a:${strong()}`, /the kid "a" is there twice/],
  ['a:c2VjcmV0', /"a" must have at least 32 bytes, it has 6/],
  [`a:${randomBytes(31).toString('base64url')}`, /it has 31/],
  ['a:not/base64+url=', /"a" is not base64url/],
  ['a:change-me-change-me-change-me-change-me-1234', /"a" is a sample/],
  [
    `a:${Buffer.from('this is a text of thirty-two and more letters').toString('base64url')}`,
    /"a" is a sample or a text/,
  ],
  [`a:${Buffer.alloc(48, 7).toString('base64url')}`, /"a" is a repetition/],
  [`a:${Buffer.from('\x01\x02\x03\xff'.repeat(12), 'latin1').toString('base64url')}`, /"a" is a repetition/],
])('refuses %s', (text, reason) => {
  expect(() => parseJwtSecrets(text)).toThrow(reason);
});

it('refuses one secret under two kids, and repeats no secret in its message', () => {
  const secret = strong();
  expect(() => parseJwtSecrets(`a:${secret},b:${secret}`)).toThrow(/^the secret of kid "b" is there twice$/);
});
