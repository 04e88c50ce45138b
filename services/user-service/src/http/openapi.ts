import { openApiOf } from '@agora/service-kit/http';
import { createLogger } from '@agora/telemetry';
import { createUserApi } from './user-api.ts';

/** The OpenAPI document of this service, from its routes alone: nothing is opened, nothing answers. */
export async function describeHttpApi(): Promise<object> {
  const absent = (): never => {
    throw new Error('described, not served');
  };
  const users = {
    add: absent,
    find: absent,
    findCredentials: absent,
    page: absent,
    change: absent,
    replacePasswordHash: absent,
    remove: absent,
  };
  const purchases = { add: absent, page: absent };
  const passwords = { hash: absent, matches: absent, isOutdated: absent };
  const audit = absent;
  const app = createUserApi(
    { logger: createLogger({ service: 'user-service', level: 'silent' }), identity: { verify: absent } },
    {
      signUp: { users, passwords, minPasswordLength: 1, newId: absent, audit },
      logIn: { users, passwords, tokens: { issue: absent }, audit },
      users,
      purchases,
      purchaseProduct: { catalog: { product: absent }, purchases, newId: absent },
      audit,
    },
  );
  return openApiOf(app);
}
