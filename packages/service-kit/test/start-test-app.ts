import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLifecycle, DomainError, type Lifecycle } from '@agora/service-kit';
import {
  createHttpApp,
  type HttpApp,
  linkNextPage,
  listen,
  PageQuery,
  ProductId,
  problemResponses,
  Quantity,
  remoteIdentity,
  UserIdParam,
} from '@agora/service-kit/http';
import { currentRequestContext } from '@agora/telemetry';
import { startTestIdentity, type TestIdentity } from '@agora/tests/identity';
import { createTestLogger } from '@agora/tests/logger';
import { Type } from 'typebox';

export const ADA = { userId: '01a1fe04-6e53-7740-b3d0-475c9787e258', email: 'ada+1@b.com', role: 'customer' } as const;
export const ROOT = { userId: '01a1fe04-6e53-7740-b3d0-475c9787e259', email: 'root@b.com', role: 'admin' } as const;

type Answer = { status: number; headers: Headers; body: Record<string, unknown>; text: string };

export type TestApp = {
  url: string;
  identity: TestIdentity;
  lifecycle: Lifecycle;
  lines: Record<string, unknown>[];
  /** Sends a request as Ada, unless the headers say otherwise. */
  send(method: string, path: string, options?: { headers?: Record<string, string>; body?: string }): Promise<Answer>;
  sendJson(method: string, path: string, body: string): Promise<Answer>;
  close(): Promise<void>;
};

/** A service of four routes on a real port, with user-service's keys played by a test. */
export async function startTestApp(addRoutes: (app: HttpApp) => void = addSampleRoutes): Promise<TestApp> {
  const { logger, lines } = createTestLogger();
  const identity = await startTestIdentity();
  const lifecycle = createLifecycle(logger);
  const app = createHttpApp({
    title: 'Test',
    logger,
    identity: remoteIdentity({ userServiceInternalUrl: identity.internalUrl, logger }),
  });
  addRoutes(app);
  const { port } = await listen(app, lifecycle, { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${port}`;

  const send: TestApp['send'] = async (method, path, { headers = {}, body } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...identity.headersFor(ADA), ...headers },
      ...(body !== undefined && { body }),
    });
    const answered = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && answered !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(answered) : {},
      text: answered,
    };
  };
  return {
    url,
    identity,
    lifecycle,
    lines,
    send,
    sendJson: (method, path, body) => send(method, path, { headers: { 'content-type': 'application/json' }, body }),
    close: async () => {
      await lifecycle.stop();
      await identity.close();
    },
  };
}

/** Sends bytes that no HTTP client would, and answers with all that comes back until the connection ends. */
export async function sendRaw(url: string, lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setTimeout(18_000, () => socket.destroy(new Error('no answer within 18 s')));
  socket.write(lines.join('\r\n'));
  return text(socket);
}

function addSampleRoutes(app: HttpApp): void {
  const Order = Type.Object(
    { product_id: ProductId, quantity: Quantity, note: Type.Optional(Type.String({ maxLength: 20 })) },
    { additionalProperties: false },
  );
  app.post('/orders', { schema: { body: Order } }, (request, reply) =>
    reply.code(201).send({ user_id: request.principal.userId, request_id: currentRequestContext()?.requestId }),
  );
  app.get('/orders', { schema: { querystring: PageQuery } }, (request, reply) => {
    linkNextPage(request, reply, 'last-one');
    return [request.query];
  });
  app.get(
    '/products/:id',
    {
      config: { public: true },
      schema: {
        params: Type.Object({ id: ProductId }),
        response: { 200: Type.Object({ id: ProductId, who: Type.String() }), ...problemResponses(404) },
      },
    },
    ({ params: { id }, identified }) => {
      if (id === 404) throw new DomainError('not_found', 'product_not_found', 'There is no such product.');
      if (id === 500) throw new Error('relation "orders" does not exist at /srv/app');
      if (id === 503) throw Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
      return { id, who: identified?.userId ?? 'a stranger' };
    },
  );
  app.get('/users/:id', { schema: { params: Type.Object({ id: UserIdParam }) } }, ({ params }) => params);
  app.put('/stock', { config: { role: 'admin' } }, ({ principal }) => ({ by: principal.role }));
  app.put(
    '/products/:id/stock',
    {
      schema: {
        params: Type.Object({ id: ProductId }),
        querystring: PageQuery,
        body: Type.Object({ stock: Type.Integer() }, { additionalProperties: false }),
      },
    },
    ({ body }) => body,
  );
  const Login = Type.Object({ name: Type.String() }, { additionalProperties: false });
  app.addContentTypeParser('application/x-test', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.post('/logins', { schema: { body: { content: { 'application/json': { schema: Login } } } } }, ({ body }) => body);
  app.get('/careless', { config: { public: true } }, ({ principal }) => principal.userId);
}
