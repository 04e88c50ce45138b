import { fastify, type RouteOptions } from 'fastify';
import { describeRoute } from './describe-route.ts';
import type { HttpApp } from './http-app.ts';
import { Problem } from './problem.ts';

type Recorded = { readonly title: string; readonly routes: RouteOptions[] };

const recordedByApp = new WeakMap<object, Recorded>();

/** Remembers an app's routes from now on, so that a document can be made of them when one is asked for. */
export function recordRoutes(app: HttpApp, title: string): void {
  const recorded: Recorded = { title, routes: [] };
  recordedByApp.set(app, recorded);
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') recorded.routes.push(route);
  });
}

/**
 * The OpenAPI 3.1 document of an app that `createHttpApp` made, from its route schemas. Works before and while it listens, does
 * no I/O. A service may live and die without anybody reading it, so the generator is loaded by the first call.
 */
export async function openApiOf(app: HttpApp): Promise<object> {
  const recorded = recordedByApp.get(app);
  if (recorded === undefined) throw new Error('only an app made by createHttpApp has a document');
  // Routes may sit in plugins that are not loaded yet.
  await app.ready();
  const { default: swagger } = await import('@fastify/swagger');

  const describing = fastify();
  // Only described there, never called.
  describing.setValidatorCompiler(() => () => true);
  describing.setSerializerCompiler(() => () => '');
  await describing.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: recorded.title, version: '1.0.0' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  });
  describing.addSchema({ $id: 'Problem', ...Problem });
  for (const { method, url, schema, config } of recorded.routes) {
    describing.route({ method, url, schema: describeRoute(schema ?? {}, config?.public === true), handler: () => {} });
  }
  await describing.ready();
  const document = describing.swagger();
  await describing.close();
  return document;
}
