import { createHttpApp, type HttpApp, type HttpAppOptions } from '@agora/service-kit/http';
import { type AuthRoutesDeps, authRoutes } from './auth-routes.ts';
import { type PurchaseRoutesDeps, purchaseRoutes } from './purchase-routes.ts';
import { type UserRoutesDeps, userRoutes } from './user-routes.ts';

export type UserApiDeps = AuthRoutesDeps & UserRoutesDeps & PurchaseRoutesDeps;

/** The public listener: what the gateway routes to. */
export function createUserApi(options: Omit<HttpAppOptions, 'title'>, deps: UserApiDeps): HttpApp {
  const app = createHttpApp({ title: 'user-service', ...options });
  authRoutes(app, deps);
  userRoutes(app, deps);
  purchaseRoutes(app, deps);
  return app;
}
