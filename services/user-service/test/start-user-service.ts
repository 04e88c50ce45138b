import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createLifecycle } from '@agora/service-kit';
import { createTestDatabase } from '@agora/tests/database';
import { type Answer, type Call, httpClient } from '@agora/tests/http-client';
import { createTestLogger } from '@agora/tests/logger';
import type { UserServiceConfig } from '../src/config.ts';
import { startUserService } from '../src/user-service.ts';
import { runOneShot } from './run-one-shot.ts';

const serviceDirectory = fileURLToPath(new URL('..', import.meta.url));
export const PASSWORD = 'hunter2';

export type Person = {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  /** Calls the public listener as the gateway does: token verified, then replaced by what `/auth/verify` answered. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
};

export type TestUserService = {
  readonly config: UserServiceConfig;
  readonly logs: readonly Record<string, unknown>[];
  /** The public listener, without any identity. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  readonly internalUrl: string;
  /** The internal listener. */
  callInternal(path: string, call?: Call): Promise<Answer>;
  verify(token: string): Promise<Answer>;
  /** Signs somebody up and logs them in. */
  person(name: string): Promise<Person>;
  /** The admin that the seed makes. Once for each database. */
  admin(): Promise<Person>;
  close(): Promise<void>;
};

export const newJwtSecret = (kid: string) => `${kid}:${randomBytes(32).toString('base64url')}`;

export function newIdentityKey(kid: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return `${kid}:${privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')}`;
}

/** The service in this process, on a database of its own. */
export async function startForTest(overrides: Partial<UserServiceConfig> = {}): Promise<TestUserService> {
  const database = await createTestDatabase({ serviceDirectory });
  const { logger, lines: logs } = createTestLogger();
  const lifecycle = createLifecycle(logger);
  const config: UserServiceConfig = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: 0,
    INTERNAL_PORT: 0,
    OTEL_SERVICE_NAME: 'user-service',
    DATABASE_URL: database.url,
    // Nobody listens there.
    PRODUCT_SERVICE_GRPC: '127.0.0.1:1',
    JWT_SECRETS: newJwtSecret('k1'),
    IDENTITY_KEYS: newIdentityKey('i1'),
    ACCESS_TOKEN_TTL_SECONDS: 900,
    BCRYPT_COST: 4,
    PASSWORD_MIN_LENGTH: PASSWORD.length,
    ...overrides,
  };
  const { httpPort, internalPort } = await startUserService(config, { lifecycle, logger });
  const call = httpClient(`http://127.0.0.1:${httpPort}`);
  const internalUrl = `http://127.0.0.1:${internalPort}`;
  const internal = httpClient(internalUrl);
  const verify = (token: string) => internal('GET', '/auth/verify', { headers: { authorization: `Bearer ${token}` } });

  async function logIn(id: string, email: string, password: string): Promise<Person> {
    const login = await call('POST', '/auth/login', { json: { email, password } });
    const token = String(login.body.access_token);
    return {
      id,
      email,
      token,
      async call(method, path, { headers, ...rest } = {}) {
        const verified = await verify(token);
        return verified.status === 200
          ? call(method, path, { headers: { ...identityHeaders(verified), ...headers }, ...rest })
          : verified;
      },
    };
  }

  return {
    config,
    logs,
    internalUrl,
    call,
    callInternal: (path, options) => internal('GET', path, options),
    verify,
    async person(name) {
      const email = `${name}-${randomBytes(4).toString('hex')}@example.org`;
      const signup = await call('POST', '/auth/signup', { json: { name, email, password: PASSWORD } });
      return logIn(String(signup.body.id), email, PASSWORD);
    },
    async admin() {
      const { stdout } = await runOneShot('seed', { DATABASE_URL: database.url, BCRYPT_COST: '4' });
      const { email, password } = JSON.parse(stdout).admin;
      const admin = await logIn('', email, password);
      const me = await admin.call('GET', '/users/me');
      return { ...admin, id: String(me.body.id) };
    },
    async close() {
      await lifecycle.stop();
      await database.close();
    },
  };
}

export function identityHeaders({ headers }: Answer): Record<string, string> {
  return Object.fromEntries(['x-user-id', 'x-user-email', 'x-identity'].map((name) => [name, headers.get(name) ?? '']));
}
