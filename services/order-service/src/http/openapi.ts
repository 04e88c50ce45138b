import { createHttpApp, openApiOf } from '@agora/service-kit/http';
import { createLogger } from '@agora/telemetry';
import { orderRoutes } from './order-routes.ts';

/** The OpenAPI document of this service, from its routes alone: nothing is opened, nothing answers. */
export async function describeHttpApi(): Promise<object> {
  const absent = (): never => {
    throw new Error('described, not served');
  };
  const app = createHttpApp({
    title: 'order-service',
    logger: createLogger({ service: 'order-service', level: 'silent' }),
    identity: { verify: absent },
  });
  orderRoutes(app, {
    placeOrder: { catalog: { priceOf: absent }, orders: { add: absent }, newId: absent },
    orders: { find: absent, page: absent },
  });
  return openApiOf(app);
}
