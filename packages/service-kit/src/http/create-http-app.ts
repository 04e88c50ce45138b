import type { Logger } from '@agora/telemetry';
import { createBaseApp } from './create-base-app.ts';
import type { HttpApp } from './http-app.ts';
import { createIdentityHook, type IdentityVerifier } from './identity.ts';
import { recordRoutes } from './open-api.ts';
import { shedLoad } from './shed-load.ts';

export type HttpAppOptions = {
  /** The title of its OpenAPI document. */
  readonly title: string;
  readonly logger: Logger;
  readonly identity: IdentityVerifier;
};

/**
 * A service's public HTTP app, to which it adds its routes. Listens only once `listen` is called.
 *
 * - Every route needs a valid `X-Identity` unless it says `config: { public: true }`; `config: { role: 'admin' }` asks for
 *   that role. `request.principal` is who asks.
 * - Input that does not fit a route's schema is 400 with all problems named. Schemas must be closed
 *   (`additionalProperties: false`) and cover path parameters; a route that is not is refused here, at start.
 * - A thrown `DomainError` is answered by its kind; anything else is a 500 that says nothing and a log line that says all.
 */
export function createHttpApp({ title, logger, identity }: HttpAppOptions): HttpApp {
  const app = createBaseApp({ logger, requestLogLevel: 'info' });
  recordRoutes(app, title);
  shedLoad(app);
  app.addHook('onRequest', createIdentityHook(identity));
  return app;
}
