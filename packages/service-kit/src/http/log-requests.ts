import type { Logger } from '@agora/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { whenAnswered } from './when-answered.ts';

/** The client left before its answer. No status of HTTP: nothing was sent. The number is the one that proxies log for it. */
const CLIENT_LEFT = 499;

/** One line for a request, when it is over: ids and outcome, nothing of what was sent. */
export function createRequestLog(logger: Logger, level: 'info' | 'debug') {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    whenAnswered(reply, () => {
      logger[level](
        {
          request_id: request.id,
          method: request.method,
          route: request.routeOptions.url,
          status: reply.raw.writableFinished ? reply.statusCode : CLIENT_LEFT,
          ms: Math.round(reply.elapsedTime * 10) / 10,
          code: request.problemCode ?? undefined,
          user_id: request.identified?.userId,
        },
        'request',
      );
    });
  };
}
