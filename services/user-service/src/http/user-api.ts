import { createHttpApp, type HttpApp, type HttpAppOptions } from '@agora/service-kit/http';
import { type AuthRoutesDeps, registerAuthRoutes } from './auth-routes.ts';
import { type PurchaseRoutesDeps, registerPurchaseRoutes } from './purchase-routes.ts';
import { registerUserRoutes, type UserRoutesDeps } from './user-routes.ts';

export type UserApiDeps = AuthRoutesDeps & UserRoutesDeps & PurchaseRoutesDeps;

/** The public listener: what the gateway routes to. */
export function createUserApi(options: Omit<HttpAppOptions, 'title'>, deps: UserApiDeps): HttpApp {
  const app = createHttpApp({ title: 'user-service', ...options });
  registerAuthRoutes(app, deps);
  registerUserRoutes(app, deps);
  registerPurchaseRoutes(app, deps);
  return app;
}
