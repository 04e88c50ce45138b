import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSecrets } from './ensure-secrets.ts';
import { readOrCreateSecret } from './secret-file.ts';
import { BROKER_USERS, SERVICES } from './service-table.ts';

/** Keys, superuser and cookie, and a password for each role and each broker user. */
const HOW_MANY = 4 + SERVICES.length + BROKER_USERS.length;

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'agora-secrets-')), 'secrets');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

describe('ensureSecrets', () => {
  it('makes every secret once: a second run finds the same', () => {
    expect(ensureSecrets(directory)).toEqual(ensureSecrets(directory));
  });

  it('makes other secrets for another system', () => {
    const [one, other] = [ensureSecrets(join(directory, 'one')), ensureSecrets(join(directory, 'other'))];
    const values = (secrets: object): unknown[] =>
      Object.values(secrets).flatMap((value) => (typeof value === 'string' ? [value] : values(value)));
    expect(values(one)).toHaveLength(HOW_MANY);
    expect(new Set([...values(one), ...values(other)]).size).toBe(2 * HOW_MANY);
  });

  it('writes files that nobody else can read, and leaves no draft', () => {
    ensureSecrets(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const files = readdirSync(directory);
    expect(files).toHaveLength(HOW_MANY);
    for (const file of files) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
  });

  it('makes only what is missing', () => {
    const first = ensureSecrets(directory);
    rmSync(join(directory, 'jwt_secrets'));
    const second = ensureSecrets(directory);
    expect(second.jwtSecrets).not.toBe(first.jwtSecrets);
    expect({ ...second, jwtSecrets: '' }).toEqual({ ...first, jwtSecrets: '' });
  });

  it('makes a secret of 32 bytes, and a P-256 key in PKCS#8', () => {
    const { jwtSecrets, identityKeys } = ensureSecrets(directory);
    const [, secret = ''] = jwtSecrets.split(':');
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    const [, key = ''] = identityKeys.split(':');
    const privateKey = createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' });
    expect(privateKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  it('takes a file with a second key in it, as a rotation leaves it', () => {
    const { jwtSecrets } = ensureSecrets(directory);
    const rotated = `new-key:${'A'.repeat(43)},${jwtSecrets}`;
    writeFileSync(join(directory, 'jwt_secrets'), `${rotated}\n`);
    expect(ensureSecrets(directory).jwtSecrets).toBe(rotated);
  });

  it.each(['', '   ', 'hunter2', `kid:${'A'.repeat(43)},`])(
    'refuses a damaged file and does not replace it: %j',
    (content) => {
      ensureSecrets(directory);
      const file = join(directory, 'jwt_secrets');
      writeFileSync(file, content);
      expect(() => ensureSecrets(directory)).toThrow(/jwt_secrets is damaged/);
      expect(readFileSync(file, 'utf8')).toBe(content);
    },
  );

  it('takes what another run was quicker to make', () => {
    const file = join(directory, 'password');
    const slow = () =>
      readOrCreateSecret(file, () => readOrCreateSecret(file, () => 'the-quick-one', /quick/) && 'the-slow-one', /./);
    expect(slow()).toBe('the-quick-one');
    expect(readdirSync(directory)).toEqual(['password']);
  });
});
