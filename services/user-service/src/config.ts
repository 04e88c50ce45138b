import { BaseConfig, loadConfig } from '@agora/service-kit';
import { type Static, Type } from 'typebox';
import { parseIdentityKeys } from './credentials/identity-keys.ts';
import { parseJwtSecrets } from './credentials/jwt-secrets.ts';

const BcryptCost = Type.Integer({ minimum: 4, maximum: 15, default: 12 });
const DatabaseConfig = Type.Object({ DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://.' }) });

const Config = Type.Object({
  ...BaseConfig.properties,
  ...DatabaseConfig.properties,
  PRODUCT_SERVICE_GRPC: Type.String({ pattern: '^[^/:]+:[0-9]+$', description: 'host:port' }),
  JWT_SECRETS: Type.String({ description: 'kid:base64url,…  The first signs, all verify.' }),
  IDENTITY_KEYS: Type.String({
    description: 'kid:base64 of a P-256 key in PKCS#8,…  The first signs, all are published.',
  }),
  ACCESS_TOKEN_TTL_SECONDS: Type.Integer({ minimum: 60, maximum: 3_600, default: 900 }),
  BCRYPT_COST: BcryptCost,
  PASSWORD_MIN_LENGTH: Type.Integer({ minimum: 1, maximum: 64, default: 15 }),
});

export type UserServiceConfig = Static<typeof Config>;

const MIN_BCRYPT_COST_IN_PRODUCTION = 10;

export function readConfig(env = process.env): UserServiceConfig {
  return loadConfig(Config, env, {
    JWT_SECRETS: (value) => problemOf(() => parseJwtSecrets(value)),
    IDENTITY_KEYS: (value) => problemOf(() => parseIdentityKeys(value)),
    BCRYPT_COST: (value) =>
      env.NODE_ENV === 'production' && Number(value) < MIN_BCRYPT_COST_IN_PRODUCTION
        ? `must be at least ${MIN_BCRYPT_COST_IN_PRODUCTION} in production`
        : undefined,
  });
}

/** All that the one-shot, migrate, needs. */
export function readDatabaseConfig(env = process.env): Static<typeof DatabaseConfig> {
  return loadConfig(DatabaseConfig, env);
}

const SeedConfig = Type.Object({
  ...DatabaseConfig.properties,
  BCRYPT_COST: BcryptCost,
  ADMIN_EMAIL: Type.String({ format: 'email', maxLength: 254, default: 'admin@agora.local' }),
});

export function readSeedConfig(env = process.env): Static<typeof SeedConfig> {
  return loadConfig(SeedConfig, env);
}

function problemOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof Error) return `is not usable: ${error.message}`;
    throw error;
  }
}
