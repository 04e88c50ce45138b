import { createHealth, createLifecycle, type Health, type HealthResult, type Lifecycle } from '@agora/service-kit';
import {
  createHttpApp,
  createInternalApp,
  listen,
  openApiOf,
  PageQuery,
  ProductId,
  problemResponses,
} from '@agora/service-kit/http';
import { createTestLogger } from '@agora/tests/logger';
import { Type } from 'typebox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let lifecycle: Lifecycle;
let health: Health;
let url: string;
let lines: Record<string, unknown>[];
let database: HealthResult;

beforeEach(async () => {
  const log = createTestLogger();
  lines = log.lines;
  lifecycle = createLifecycle(log.logger);
  health = createHealth(lifecycle);
  database = { status: 'ok' };
  health.check('database', () => database);
  const app = createHttpApp({ title: 'Shop', logger: log.logger, identity: { verify: async () => undefined } });
  const Body = Type.Object({ product_id: ProductId }, { additionalProperties: false });
  app.post('/orders', { schema: { body: Type.Union([Body, Type.Null()]), response: problemResponses(404) } }, () => {});
  app.get('/products', { config: { public: true }, schema: { querystring: PageQuery } }, () => []);
  app.get(
    '/products/:id',
    { config: { public: true }, schema: { params: Type.Object({ id: ProductId }) } },
    () => ({}),
  );
  const internal = createInternalApp({ health, logger: log.logger, openapi: () => openApiOf(app) });
  const { port } = await listen(internal, lifecycle, { host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${port}`;
});
afterEach(() => lifecycle.stop());

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: await response.json() };
}

describe('health', () => {
  it('is live from the first moment, started and ready once the service says so', async () => {
    expect(await get('/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await get('/health/startup')).toEqual({ status: 503, body: { status: 'starting' } });
    expect(await get('/health/ready')).toMatchObject({ status: 503, body: { status: 'starting' } });
    health.markStarted();
    expect(await get('/health/startup/')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await get('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', parts: { database: { status: 'ok' } } },
    });
  });

  it('stays ready when degraded, not when a needed part is down', async () => {
    health.markStarted();
    health.check('broker', () => ({ status: 'degraded', detail: 'reconnecting' }));
    expect(await get('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'degraded', parts: { broker: { status: 'degraded', detail: 'reconnecting' } } },
    });
    database = { status: 'down', detail: 'ECONNREFUSED' };
    expect(await get('/health/ready')).toMatchObject({ status: 503, body: { status: 'down' } });
  });

  it('fails from the first moment of stopping, while what was opened after it is still closing', async () => {
    health.markStarted();
    const closing = Promise.withResolvers<void>();
    lifecycle.onStop('consumer', () => closing.promise);
    const stopped = lifecycle.stop();
    expect(await get('/health/ready')).toMatchObject({ status: 503, body: { status: 'stopping' } });
    expect(await get('/health/live')).toMatchObject({ status: 200 });
    closing.resolve();
    await stopped;
  });

  it('is not worth a line at the usual level', async () => {
    await get('/health/live');
    expect(lines.filter(({ msg }) => msg === 'request')).toEqual([]);
  });
});

describe('the API document', () => {
  it('says what a route takes, and all that it answers', async () => {
    const { status, body } = await get('/docs/json');
    expect(status).toBe(200);
    const problem = (description: string) => ({
      description,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    });
    expect(body).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Shop' },
      components: { schemas: { Problem: { required: expect.arrayContaining(['code', 'trace_id']) } } },
    });
    const { paths } = body as { paths: Record<string, Record<string, Record<string, unknown>>> };
    expect(Object.keys(paths)).toEqual(['/orders', '/products', '/products/{id}']);
    expect(paths['/orders']?.post).toMatchObject({
      security: [{ bearer: [] }],
      requestBody: { content: { 'application/json': { schema: { type: 'object', additionalProperties: false } } } },
      responses: { 400: problem('Bad Request'), 401: problem('Unauthorized'), 404: problem('Not Found') },
    });
    expect(paths['/products']?.get).not.toHaveProperty('security');
    expect(paths['/products']?.get?.parameters).toMatchObject([
      { name: 'limit', in: 'query', required: false },
      { name: 'cursor', in: 'query', required: false },
    ]);
  });

  it('is a page for people, with its files', async () => {
    const page = await fetch(`${url}/docs`);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('swagger-ui');
    const files = [...html.matchAll(/(?:src|href)="(\.?\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? '');
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect((await fetch(new URL(file, `${url}/docs/`))).status).toBe(200);
  });

  it('does not open the way to other files', async () => {
    for (const path of [
      '/docs/static/../../package.json',
      '/docs/static/%2e%2e/%2e%2e/package.json',
      '/docs/static/..%2findex.js',
    ]) {
      expect((await fetch(`${url}${path}`)).status).toBeGreaterThanOrEqual(400);
    }
  });
});

it('answers problems like the public listener', async () => {
  expect(await get('/orders')).toMatchObject({ status: 404, body: { code: 'not_found' } });
});
