import { createHttpApp, openApiOf } from '@agora/service-kit/http';
import { createLogger } from '@agora/telemetry';
import { inventoryRoutes } from './inventory-routes.ts';

/** The OpenAPI document of this service, from its routes alone: nothing is opened, nothing answers. */
export async function describeHttpApi(): Promise<object> {
  const absent = (): never => {
    throw new Error('described, not served');
  };
  const app = createHttpApp({
    title: 'inventory-service',
    logger: createLogger({ service: 'inventory-service', level: 'silent' }),
    identity: { verify: absent },
  });
  inventoryRoutes(app, { stock: { find: absent, set: absent } });
  return openApiOf(app);
}
