import { createHttpApp, openApiOf } from '@agora/service-kit/http';
import { createLogger } from '@agora/telemetry';
import { productRoutes } from './product-routes.ts';

/** The OpenAPI document of this service, from its routes alone: nothing is opened, nothing answers. */
export async function describeHttpApi(): Promise<object> {
  const absent = (): never => {
    throw new Error('described, not served');
  };
  const app = createHttpApp({
    title: 'product-service',
    logger: createLogger({ service: 'product-service', level: 'silent' }),
    identity: { verify: absent },
  });
  productRoutes(app, { products: { find: absent, page: absent } });
  return openApiOf(app);
}
