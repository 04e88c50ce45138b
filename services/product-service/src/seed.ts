import { openPool } from '@agora/service-kit/postgres';
import { createLogger } from '@agora/telemetry';
import { readDatabaseConfig } from './config.ts';
import { DEMO_PRODUCTS } from './products/demo-products.ts';
import { createPrisma } from './storage/postgres.ts';
import { createProductRepository } from './storage/product-repository.ts';

const logger = createLogger({ service: 'product-service', level: 'info' });
const pool = openPool({ url: readDatabaseConfig().DATABASE_URL, service: 'product-service', max: 1, logger });
try {
  const added = await createProductRepository(createPrisma(pool)).addMissing(DEMO_PRODUCTS);
  logger.info({ added, known: DEMO_PRODUCTS.length - added }, 'demo products loaded');
} finally {
  await pool.end();
}
