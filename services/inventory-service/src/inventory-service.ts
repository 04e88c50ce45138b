import { connectBroker, startConsumer, startRelay } from '@agora/messaging';
import { createHealth, type ServiceContext } from '@agora/service-kit';
import { createHttpApp, createInternalApp, listen, openApiOf, remoteIdentity } from '@agora/service-kit/http';
import { databaseHealth, openPool } from '@agora/service-kit/postgres';
import {
  ORDER_EVENTS,
  ORDER_EVENTS_QUEUE,
  STOCK_EVENTS_QUEUE,
  StockRejected,
  StockReserved,
} from '@agora/shared-events';
import type { InventoryConfig } from './config.ts';
import { onOrderPlaced } from './consumers/on-order-placed.ts';
import { inventoryRoutes } from './http/inventory-routes.ts';
import { stockIn } from './storage/open-stock.ts';
import { createPrisma } from './storage/postgres.ts';
import { createStockRepository } from './storage/stock-repository.ts';

export async function startInventoryService(
  config: InventoryConfig,
  { lifecycle, logger }: ServiceContext,
): Promise<{ httpPort: number; internalPort: number }> {
  const service = config.OTEL_SERVICE_NAME;
  const host = config.HTTP_HOST;
  const health = createHealth(lifecycle);

  const pool = openPool({ url: config.DATABASE_URL, service, logger });
  lifecycle.onStop('postgres', () => pool.end());
  health.check('postgres', databaseHealth(pool));
  const prisma = createPrisma(pool);
  // Ends the start here when the database is absent or not migrated.
  await prisma.stock.findFirst();
  const stock = createStockRepository({ pool, prisma });

  const retryDelaysMs = config.RETRY_DELAYS_MS.split(',').map(Number);
  const broker = connectBroker({ url: config.RABBITMQ_URL, service, retryDelaysMs, logger });
  lifecycle.onStop('rabbitmq', () => broker.close());
  // Stock can be read and set without it; orders wait in their queue.
  health.check('rabbitmq', () => broker.health(), { required: false });

  const contracts = [StockReserved, StockRejected];
  const relay = startRelay({ broker, pool, contracts, reaches: [STOCK_EVENTS_QUEUE], logger });
  lifecycle.onStop('outbox relay', () => relay.drain());

  const consumer = startConsumer({
    broker,
    pool,
    queue: ORDER_EVENTS,
    subscriptions: [onOrderPlaced({ stockIn })],
    onCommit: () => relay.kick(),
    logger,
  });
  lifecycle.onStop(ORDER_EVENTS_QUEUE, () => consumer.drain());

  const app = createHttpApp({
    title: service,
    logger,
    identity: remoteIdentity({ userServiceInternalUrl: config.USER_SERVICE_INTERNAL_URL, logger }),
  });
  inventoryRoutes(app, { stock });
  const internal = createInternalApp({ health, logger, openapi: () => openApiOf(app) });

  const { port: internalPort } = await listen(internal, lifecycle, { host, port: config.INTERNAL_PORT });
  const { port: httpPort } = await listen(app, lifecycle, { host, port: config.HTTP_PORT });

  health.markStarted();
  return { httpPort, internalPort };
}
