import type { Logger } from '@agora/telemetry';
import type { Health } from '../health.ts';
import { createBaseApp } from './create-base-app.ts';
import { createDocsPage } from './docs-page.ts';
import type { HttpApp } from './http-app.ts';

export type InternalAppOptions = {
  readonly health: Health;
  readonly logger: Logger;
  /** Usually `() => openApiOf(app)`. Asked when somebody opens the page, not before. */
  readonly openapi: () => object | Promise<object>;
};

/**
 * The listener that the gateway does not route to: `/health/live`, `/health/ready`, `/health/startup`, and the service's
 * API to read at `/docs` (the document itself is `/docs/json`). It checks no identity; whatever is added here is for neighbours.
 *
 * `ready` answers 200 for `ok` and `degraded`, else 503. Requests are logged at debug: probes come every other second.
 */
export function createInternalApp({ health, logger, openapi }: InternalAppOptions): HttpApp {
  const app = createBaseApp({ logger, requestLogLevel: 'debug' });
  app.get('/health/live', () => ({ status: 'ok' }));
  app.get('/health/startup', async (_request, reply) => {
    return reply.code(health.isStarted ? 200 : 503).send({ status: health.isStarted ? 'ok' : 'starting' });
  });
  app.get('/health/ready', async (_request, reply) => {
    const report = await health.ready();
    const isReady = report.status === 'ok' || report.status === 'degraded';
    return reply.code(isReady ? 200 : 503).send(report);
  });
  app.get('/docs/json', async () => openapi());
  createDocsPage(app, openapi);
  return app;
}
