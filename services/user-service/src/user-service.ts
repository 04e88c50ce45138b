import { createHealth, type ServiceContext } from '@agora/service-kit';
import { createGrpcClient } from '@agora/service-kit/grpc';
import { createInternalApp, identityFromKeys, listen, openApiOf } from '@agora/service-kit/http';
import { databaseHealth, openPool } from '@agora/service-kit/postgres';
import { v7 as uuidv7 } from 'uuid';
import { createProductCatalog } from './clients/product-catalog.ts';
import type { UserServiceConfig } from './config.ts';
import { createAccessTokens } from './credentials/access-tokens.ts';
import { createIdentityAssertions } from './credentials/identity-assertions.ts';
import { parseIdentityKeys } from './credentials/identity-keys.ts';
import { parseJwtSecrets } from './credentials/jwt-secrets.ts';
import { createPasswordHasher } from './credentials/password-hasher.ts';
import { createUserApi } from './http/user-api.ts';
import { verifyRoutes } from './http/verify-routes.ts';
import { createAccountDirectory } from './storage/account-directory.ts';
import { createPrisma } from './storage/postgres.ts';
import { createPurchaseRepository } from './storage/purchase-repository.ts';
import { createUserRepository } from './storage/user-repository.ts';
import type { Audit } from './users/audit.ts';

export type RunningUserService = { readonly httpPort: number; readonly internalPort: number };

export async function startUserService(
  config: UserServiceConfig,
  { lifecycle, logger }: ServiceContext,
): Promise<RunningUserService> {
  const health = createHealth(lifecycle);
  const audit: Audit = (event) => logger.info(event, event.event);

  const pool = openPool({ url: config.DATABASE_URL, service: config.OTEL_SERVICE_NAME, logger });
  lifecycle.onStop('postgres', () => pool.end());
  health.check('postgres', databaseHealth(pool));
  const prisma = createPrisma(pool);
  const users = createUserRepository(prisma);
  const purchases = createPurchaseRepository(prisma);

  const catalogClient = createGrpcClient(config.PRODUCT_SERVICE_GRPC);
  lifecycle.onStop('product catalogue', () => catalogClient.close());

  // Reads through Prisma once: a database that cannot be reached, or was not migrated, ends the process now and not later.
  const [passwords] = await Promise.all([createPasswordHasher(config.BCRYPT_COST), users.has('admin')]);
  const jwtSecrets = parseJwtSecrets(config.JWT_SECRETS);
  const tokens = createAccessTokens(jwtSecrets, { ttlSeconds: config.ACCESS_TOKEN_TTL_SECONDS });
  const identityKeys = parseIdentityKeys(config.IDENTITY_KEYS);
  const publicKeys = new Map(identityKeys.map(({ kid, publicKey }) => [kid, publicKey]));

  const api = createUserApi(
    { logger, identity: identityFromKeys((kid) => publicKeys.get(kid)) },
    {
      signUp: { users, passwords, minPasswordLength: config.PASSWORD_MIN_LENGTH, newId: uuidv7, audit },
      logIn: { users, passwords, tokens, audit },
      users,
      purchases,
      purchaseProduct: { catalog: createProductCatalog(catalogClient), purchases, newId: uuidv7 },
      audit,
    },
  );
  const internal = createInternalApp({ health, logger, openapi: () => openApiOf(api) });
  verifyRoutes(internal, {
    authenticate: {
      tokens,
      accounts: createAccountDirectory(pool),
      identities: createIdentityAssertions(identityKeys),
    },
    publicKeys: identityKeys.map(({ publicJwk }) => publicJwk),
  });

  // Opened first, so closed last: while requests drain, readiness says why, and tokens can still be verified.
  const { port: internalPort } = await listen(internal, lifecycle, {
    host: config.HTTP_HOST,
    port: config.INTERNAL_PORT,
  });
  const { port: httpPort } = await listen(api, lifecycle, { host: config.HTTP_HOST, port: config.HTTP_PORT });

  health.markStarted();
  return { httpPort, internalPort };
}
