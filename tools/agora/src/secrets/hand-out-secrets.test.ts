import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInspector } from './config.ts';
import { ensureSecrets, type Secrets } from './ensure-secrets.ts';
import { handOutSecrets } from './hand-out-secrets.ts';
import { BROKER_USERS, SERVICES } from './service-table.ts';

let directory: string;
let secrets: Secrets;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'agora-secrets-'));
  secrets = ensureSecrets(join(directory, 'all'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (part: string, file: string) => readFileSync(join(directory, part, file), 'utf8');
const contentOf = (part: string) =>
  readdirSync(join(directory, part))
    .map((file) => read(part, file))
    .join('\n');

describe('handOutSecrets', () => {
  it('gives each service its own database and nobody else’s password', () => {
    handOutSecrets(secrets, { directory });
    for (const [service, password] of Object.entries(secrets.databasePasswords)) {
      expect(read(service, 'database_url')).toContain(`:${password}@postgres:5432/`);
      for (const other of Object.keys(secrets.databasePasswords)) {
        if (other !== service) expect(contentOf(other)).not.toContain(password);
      }
    }
    const others = SERVICES.filter((service) => service !== 'user-service');
    for (const part of [...others, 'postgres', 'rabbitmq']) {
      expect(contentOf(part)).not.toContain(secrets.jwtSecrets);
      expect(contentOf(part)).not.toContain(secrets.identityKeys);
    }
    for (const service of Object.keys(secrets.databasePasswords)) {
      expect(contentOf(service)).not.toContain(secrets.postgresPassword);
      expect(contentOf(service)).not.toContain(secrets.brokerPasswords['agora-admin']);
    }
  });

  it('gives the broker hashes, not passwords', () => {
    handOutSecrets(secrets, { directory });
    for (const password of Object.values(secrets.brokerPasswords))
      expect(contentOf('rabbitmq')).not.toContain(password);
  });

  it('writes folders and files for one user, and the same ones when it runs again', () => {
    handOutSecrets(secrets, { directory });
    const before = statSync(join(directory, 'rabbitmq/definitions.json'));
    expect(before.mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'rabbitmq')).mode & 0o777).toBe(0o700);
    handOutSecrets(secrets, { directory });
    expect(statSync(join(directory, 'rabbitmq/definitions.json')).ino).toBe(before.ino);
  });

  it('follows a change: an inspector comes and goes', () => {
    const names = () =>
      JSON.parse(read('rabbitmq', 'definitions.json')).users.map(({ name }: { name: string }) => name);
    handOutSecrets(secrets, { directory, inspector: { name: 'guest', password: 'guest' } });
    expect(names()).toEqual([...BROKER_USERS, 'guest']);
    handOutSecrets(secrets, { directory });
    expect(names()).toEqual(BROKER_USERS);
  });
});

describe('readInspector', () => {
  it('is nobody without a name and a password', () => {
    expect(readInspector({})).toBeUndefined();
    expect(readInspector({ RABBITMQ_INSPECTOR_USER: '', RABBITMQ_INSPECTOR_PASSWORD: '' })).toBeUndefined();
  });

  it('refuses half of a login', () => {
    expect(() => readInspector({ RABBITMQ_INSPECTOR_USER: 'guest' })).toThrow(/set both/);
  });
});
