import { BaseConfig, loadConfig } from '@agora/service-kit';
import { RETRY_DELAYS_MS } from '@agora/shared-events';
import { type Static, Type } from 'typebox';

const DatabaseConfig = Type.Object({ DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://.' }) });

const InventoryConfig = Type.Object({
  ...BaseConfig.properties,
  ...DatabaseConfig.properties,
  RABBITMQ_URL: Type.String({ pattern: '^amqps?://.' }),
  RETRY_DELAYS_MS: Type.String({ pattern: '^[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*$', default: RETRY_DELAYS_MS.join(',') }),
  USER_SERVICE_INTERNAL_URL: Type.String({ pattern: '^https?://.' }),
});

export type InventoryConfig = Static<typeof InventoryConfig>;

export function readConfig(env = process.env): InventoryConfig {
  return loadConfig(InventoryConfig, env);
}

/** All that the one-shots, migrate and seed, need. */
export function readDatabaseConfig(env = process.env): Static<typeof DatabaseConfig> {
  return loadConfig(DatabaseConfig, env);
}
