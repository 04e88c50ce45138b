import { type Logger, runInRequestContext } from '@agora/telemetry';
import { type FastifyBaseLogger, fastify, LogController } from 'fastify';
import { answerClientError } from './client-error.ts';
import { createErrorHandler } from './error-handler.ts';
import type { HttpApp } from './http-app.ts';
import { principalOf } from './identity.ts';
import { createKnownPaths } from './known-paths.ts';
import { createRequestLog } from './log-requests.ts';
import { sendProblem } from './problem.ts';
import { contextOf, requestIdOf } from './request-id.ts';
import { requireClosedSchemas } from './require-closed-schemas.ts';
import { requireValidatedBody } from './require-validated-body.ts';
import { createInputCompiler } from './validate-input.ts';

const BODY_LIMIT_BYTES = 64 * 1024;

export type BaseAppOptions = {
  readonly logger: Logger;
  /** At which level a finished request is logged. */
  readonly requestLogLevel: 'info' | 'debug';
};

/**
 * What the public and the internal listener have in common: limits, request ids, strict input, problems, one log line for a
 * finished request. Nothing here knows who asks.
 */
export function createBaseApp({ logger, requestLogLevel }: BaseAppOptions): HttpApp {
  const base: FastifyBaseLogger = logger;
  const handleError = createErrorHandler(logger);
  const logRequest = createRequestLog(logger, requestLogLevel);
  const app: HttpApp = fastify({
    loggerInstance: base,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all: the request id comes from the request context, and a child logger a request is not free.
    childLoggerFactory: (parent) => parent,
    genReqId: requestIdOf,
    routerOptions: {
      ignoreTrailingSlash: true,
      caseSensitive: true,
      ignoreDuplicateSlashes: false,
    },
    bodyLimit: BODY_LIMIT_BYTES,
    // Node's own answer to a stalled body is to wait for ever.
    requestTimeout: 15_000,
    // Longer than the gateway keeps an idle connection, else it sends a request into one that we just closed.
    keepAliveTimeout: 72_000,
    // The header limit is above the gateway's, so that the gateway is the one to refuse.
    http: { headersTimeout: 5_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 32_768 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    // While draining, a request that still arrives on an open connection is served; `Connection: close` goes with it.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    // What the router itself refuses passes no hook.
    frameworkErrors: (error, request, reply) => {
      logRequest(request, reply);
      return handleError(error, request, reply);
    },
  });

  app.setValidatorCompiler(createInputCompiler());
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('identified', null);
  app.decorateRequest('problemCode', null);
  app.decorateRequest('principal', { getter: principalOf });
  app.decorateRequest('requestContext', null);
  app.addHook('onRoute', requireClosedSchemas);
  app.addHook('onRoute', requireValidatedBody);
  app.setErrorHandler(handleError);

  app.addHook('onRequest', (request, reply, done) => {
    logRequest(request, reply);
    reply.header('x-request-id', request.id);
    runInRequestContext(contextOf(request), done);
  });

  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  // What is in flight when the drain begins has to say that its connection ends, else the drain waits for an idle one.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done(null, payload);
  });

  const paths = createKnownPaths();
  app.addHook('onRoute', (route) => paths.add(route));
  app.setNotFoundHandler((request, reply) => {
    const methods = paths.methodsOf(request.url.split('?', 1)[0] ?? '');
    if (methods.length === 0) {
      return sendProblem(request, reply, { status: 404, code: 'not_found', detail: 'There is nothing at this path.' });
    }
    reply.header('allow', methods.join(', '));
    const detail = 'This path cannot be called with this method.';
    return sendProblem(request, reply, { status: 405, code: 'method_not_allowed', detail });
  });
  return app;
}
