import { BaseConfig, loadConfig } from '@agora/service-kit';
import { type Static, Type } from 'typebox';

const DatabaseConfig = Type.Object({ DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://.' }) });

const ProductConfig = Type.Object({
  ...BaseConfig.properties,
  ...DatabaseConfig.properties,
  GRPC_PORT: Type.Integer({ minimum: 0, maximum: 65_535 }),
  USER_SERVICE_INTERNAL_URL: Type.String({ pattern: '^https?://.' }),
});

export type ProductConfig = Static<typeof ProductConfig>;

export function readConfig(env = process.env): ProductConfig {
  return loadConfig(ProductConfig, env);
}

/** All that the one-shots, migrate and seed, need. */
export function readDatabaseConfig(env = process.env): Static<typeof DatabaseConfig> {
  return loadConfig(DatabaseConfig, env);
}
