import { connectBroker, startConsumer, startRelay } from '@agora/messaging';
import { createHealth, type ServiceContext } from '@agora/service-kit';
import { createGrpcClient } from '@agora/service-kit/grpc';
import { createHttpApp, createInternalApp, listen, openApiOf, remoteIdentity } from '@agora/service-kit/http';
import { databaseHealth, openPool } from '@agora/service-kit/postgres';
import { ORDER_EVENTS_QUEUE, OrderPlaced, STOCK_EVENTS, STOCK_EVENTS_QUEUE } from '@agora/shared-events';
import { v7 as uuidv7 } from 'uuid';
import { cachePrices } from './clients/price-cache.ts';
import { createProductCatalog } from './clients/product-catalog.ts';
import type { OrderConfig } from './config.ts';
import { onStockRejected } from './consumers/on-stock-rejected.ts';
import { onStockReserved } from './consumers/on-stock-reserved.ts';
import { orderRoutes } from './http/order-routes.ts';
import { createOrderRepository } from './storage/order-repository.ts';
import { createPrisma } from './storage/postgres.ts';
import { ordersIn } from './storage/settling-orders.ts';

const PRICE_CACHE = { maxAgeMs: 5_000, maxEntries: 10_000 };

export async function startOrderService(
  config: OrderConfig,
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
  await prisma.order.findFirst();

  const catalogClient = createGrpcClient(config.PRODUCT_SERVICE_GRPC);
  lifecycle.onStop('product catalogue', () => catalogClient.close());
  const catalog = cachePrices(createProductCatalog(catalogClient), PRICE_CACHE);

  const retryDelaysMs = config.RETRY_DELAYS_MS.split(',').map(Number);
  const broker = connectBroker({ url: config.RABBITMQ_URL, service, retryDelaysMs, logger });
  lifecycle.onStop('rabbitmq', () => broker.close());
  // Orders are accepted without it, and wait in the outbox.
  health.check('rabbitmq', () => broker.health(), { required: false });

  const relay = startRelay({ broker, pool, contracts: [OrderPlaced], reaches: [ORDER_EVENTS_QUEUE], logger });
  lifecycle.onStop('outbox relay', () => relay.drain());
  const orders = createOrderRepository({ pool, prisma, onStored: () => relay.kick() });

  const settling = {
    ordersIn,
    onIllegal: (answer: object, state: object) => logger.warn({ ...answer, state }, 'stock answer ignored'),
  };
  const consumer = startConsumer({
    broker,
    pool,
    queue: STOCK_EVENTS,
    subscriptions: [onStockReserved(settling), onStockRejected(settling)],
    logger,
  });
  lifecycle.onStop(STOCK_EVENTS_QUEUE, () => consumer.drain());

  const app = createHttpApp({
    title: service,
    logger,
    identity: remoteIdentity({ userServiceInternalUrl: config.USER_SERVICE_INTERNAL_URL, logger }),
  });
  orderRoutes(app, { placeOrder: { catalog, orders, newId: uuidv7 }, orders });
  const internal = createInternalApp({ health, logger, openapi: () => openApiOf(app) });

  const { port: internalPort } = await listen(internal, lifecycle, { host, port: config.INTERNAL_PORT });
  const { port: httpPort } = await listen(app, lifecycle, { host, port: config.HTTP_PORT });

  health.markStarted();
  return { httpPort, internalPort };
}
