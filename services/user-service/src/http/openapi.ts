import { openApiOf } from '@agora/service-kit/http';
import { createLogger } from '@agora/telemetry';
import { createUserApi, type UserApiDeps } from './user-api.ts';

/** The OpenAPI document of the public listener. Opens nothing: no handler runs, so nothing stands behind the routes. */
export async function describeHttpApi(): Promise<object> {
  const logger = createLogger({ service: 'user-service', level: 'silent' });
  const app = createUserApi({ logger, identity: { verify: async () => undefined } }, {} as UserApiDeps);
  try {
    return await openApiOf(app);
  } finally {
    await app.close();
  }
}
