import { PRODUCT_CATALOG, ProductCatalogService, productCatalogPackage } from '@agora/protos';
import { createHealth, type ServiceContext } from '@agora/service-kit';
import { startGrpcServer } from '@agora/service-kit/grpc';
import { createHttpApp, createInternalApp, listen, openApiOf, remoteIdentity } from '@agora/service-kit/http';
import { databaseHealth, openPool } from '@agora/service-kit/postgres';
import type { ProductConfig } from './config.ts';
import { productRpc } from './grpc/product-rpc.ts';
import { productRoutes } from './http/product-routes.ts';
import { createPrisma } from './storage/postgres.ts';
import { createProductRepository } from './storage/product-repository.ts';

export async function startProductService(
  config: ProductConfig,
  { lifecycle, logger }: ServiceContext,
): Promise<{ httpPort: number; internalPort: number; grpcPort: number }> {
  const health = createHealth(lifecycle);
  const host = config.HTTP_HOST;

  const pool = openPool({ url: config.DATABASE_URL, service: config.OTEL_SERVICE_NAME, logger });
  lifecycle.onStop('postgres', () => pool.end());
  health.check('postgres', databaseHealth(pool));
  const products = createProductRepository(createPrisma(pool));
  // Ends the start here when the database is absent or not migrated.
  await products.page(0, 1);

  const app = createHttpApp({
    title: config.OTEL_SERVICE_NAME,
    logger,
    identity: remoteIdentity({ userServiceInternalUrl: config.USER_SERVICE_INTERNAL_URL, logger }),
  });
  productRoutes(app, { products });
  const internal = createInternalApp({ health, logger, openapi: () => openApiOf(app) });

  // Opened first, so closed last: readiness can be asked for while the rest drains.
  const { port: internalPort } = await listen(internal, lifecycle, { host, port: config.INTERNAL_PORT });
  const { port: grpcPort } = await startGrpcServer({
    services: {
      [PRODUCT_CATALOG]: { definition: ProductCatalogService, implementation: productRpc({ products, logger }) },
    },
    descriptors: productCatalogPackage,
    host,
    port: config.GRPC_PORT,
    lifecycle,
    logger,
  });
  const { port: httpPort } = await listen(app, lifecycle, { host, port: config.HTTP_PORT });

  health.markStarted();
  return { httpPort, internalPort, grpcPort };
}
