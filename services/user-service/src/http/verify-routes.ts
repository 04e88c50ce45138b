import { DomainError } from '@agora/service-kit';
import type { HttpApp } from '@agora/service-kit/http';
import type { PublicJwk } from '../credentials/identity-keys.ts';
import { type AuthenticateDeps, authenticate } from '../users/authenticate.ts';
import { accountsUnavailable, invalidToken } from '../users/user-errors.ts';

export type VerifyRoutesDeps = { readonly authenticate: AuthenticateDeps; readonly publicKeys: readonly PublicJwk[] };

/** RFC 6750; the scheme is not case-sensitive (RFC 9110). */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** For the gateway and the other services, on the internal listener. */
export function verifyRoutes(app: HttpApp, deps: VerifyRoutesDeps): void {
  app.get('/.well-known/jwks.json', { config: { public: true } }, async () => ({ keys: deps.publicKeys }));

  // Answers 200, 401 or 503 and nothing else: the gateway hands any other answer on to the client as it is.
  app.register(async (scope: HttpApp) => {
    scope.setErrorHandler((error) => {
      throw error instanceof DomainError ? error : accountsUnavailable(error);
    });
    scope.get('/auth/verify', { config: { public: true } }, async (request, reply) => {
      const token = bearerToken(request.raw.headersDistinct.authorization);
      const { account, assertion } = await authenticate(deps.authenticate, token);
      return reply
        .headers({
          'cache-control': 'no-store',
          'x-user-id': account.id,
          // Header values are ASCII; an address need not be, whatever the sign-up accepts today.
          'x-user-email': encodeURIComponent(account.email),
          'x-identity': assertion,
        })
        .send();
    });
  });
}

/** Node would keep the first of several `Authorization` headers, another part of the chain the last. So there is one. */
function bearerToken(values: readonly string[] | undefined): string {
  const [value, ...others] = values ?? [];
  const token = value === undefined || others.length > 0 ? undefined : BEARER.exec(value)?.[1];
  if (token === undefined) throw invalidToken();
  return token;
}
