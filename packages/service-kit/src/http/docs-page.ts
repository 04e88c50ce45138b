import type { StaticDocumentSpec } from '@fastify/swagger';
import { fastify } from 'fastify';
import type { HttpApp } from './http-app.ts';

type Document = NonNullable<StaticDocumentSpec['document']>;
type Page = { routing(request: object, response: object): void };

/**
 * Serves the API document as a page at `/docs`. The page is an app of its own, made when the first reader comes: its files
 * and libraries are megabytes that an idle service does not need.
 */
export function createDocsPage(app: HttpApp, openapi: () => object | Promise<object>): void {
  let page: Promise<Page> | undefined;
  const show = async (request: { raw: object }, reply: { raw: object; hijack(): void }) => {
    page ??= createPage(await openapi());
    const { routing } = await page;
    reply.hijack();
    routing(request.raw, reply.raw);
  };
  app.get('/docs', show);
  app.get('/docs/static/*', show);
}

async function createPage(document: object): Promise<Page> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  const page = fastify({ routerOptions: { ignoreTrailingSlash: true } });
  await page.register(swagger, { mode: 'static', specification: { document: document as Document } });
  await page.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  await page.ready();
  return page;
}
