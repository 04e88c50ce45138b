import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { makePrivateFolder, readOrCreateSecret } from './secret-file.ts';
import { BROKER_USERS, type BrokerUser, type OwnSecret, SERVICES, type ServiceName } from './service-table.ts';

/** Everything random that the system needs. Nothing here has a default, and nothing is shared by two systems. */
export type Secrets = {
  /** user-service's JWT_SECRETS: `kid:base64url`. */
  readonly jwtSecrets: string;
  /** user-service's IDENTITY_KEYS: `kid:base64` of a P-256 private key in PKCS#8. */
  readonly identityKeys: string;
  /** The password of the Postgres superuser, `postgres`. */
  readonly postgresPassword: string;
  /** By service: the password of its database role (`SERVICE_TABLE`). */
  readonly databasePasswords: Readonly<Record<ServiceName, string>>;
  readonly brokerPasswords: Readonly<Record<BrokerUser, string>>;
  readonly erlangCookie: string;
};

/** What services get beside passwords, by the variable that carries it. */
export function ownSecrets({ jwtSecrets, identityKeys }: Secrets): Record<OwnSecret, string> {
  return { JWT_SECRETS: jwtSecrets, IDENTITY_KEYS: identityKeys };
}

/**
 * Reads the secrets in `directory`, making those that are missing: one file each, 0600, in a folder 0700. Can run any number of
 * times, also several at once; what exists stays as it is. Passwords are URL-safe as they are.
 */
export function ensureSecrets(directory: string): Secrets {
  makePrivateFolder(directory);
  const secret = (name: string, create: () => string, shape: RegExp) =>
    readOrCreateSecret(join(directory, name), create, shape);
  const password = (name: string) => secret(name, newPassword, /^[A-Za-z0-9_-]{20,}$/);
  const passwords = <Name extends string>(prefix: string, names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, password(`${prefix}_${name}`)])) as Record<Name, string>;

  return {
    jwtSecrets: secret('jwt_secrets', newJwtSecret, KEYS_WITH_IDS),
    identityKeys: secret('identity_keys', newIdentityKey, KEYS_WITH_IDS),
    postgresPassword: password('postgres_password'),
    databasePasswords: passwords('database', SERVICES),
    brokerPasswords: passwords('broker', BROKER_USERS),
    erlangCookie: secret('erlang_cookie', () => randomBytes(32).toString('hex'), /^[0-9A-Za-z]{20,255}$/),
  };
}

// `kid:key`, several by comma: the first signs, all verify, so a rotated file stays valid.
const KEYS_WITH_IDS = /^[\w-]+:[\w+/=-]{43,}(,[\w-]+:[\w+/=-]{43,})*$/;

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

function newJwtSecret(): string {
  return `${newKeyId()}:${randomBytes(32).toString('base64url')}`;
}

function newIdentityKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return `${newKeyId()}:${privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')}`;
}

function newKeyId(): string {
  return randomBytes(4).toString('hex');
}
