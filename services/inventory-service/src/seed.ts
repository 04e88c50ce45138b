import { openPool } from '@agora/service-kit/postgres';
import { createLogger } from '@agora/telemetry';
import { readDatabaseConfig } from './config.ts';
import { DEMO_STOCK } from './stock/demo-stock.ts';
import { createPrisma } from './storage/postgres.ts';
import { createStockRepository } from './storage/stock-repository.ts';

const logger = createLogger({ service: 'inventory-service', level: 'info' });
const pool = openPool({ url: readDatabaseConfig().DATABASE_URL, service: 'inventory-service', max: 1, logger });
try {
  const added = await createStockRepository({ pool, prisma: createPrisma(pool) }).addMissing(DEMO_STOCK);
  logger.info({ added, known: DEMO_STOCK.length - added }, 'demo stock loaded');
} finally {
  await pool.end();
}
