import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '@agora/telemetry';
import type { FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';

const WELL_FORMED_ID = /^[A-Za-z0-9-]{8,64}$/;
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The client's `X-Request-Id` when it is well-formed, else a new UUIDv7. A doubled header is not well-formed. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const id = headers['x-request-id'];
  return typeof id === 'string' && WELL_FORMED_ID.test(id) ? id : uuidv7();
}

/** What this request's work is tied together by. A malformed `traceparent` is as good as none (W3C Trace Context, 4.3). */
export function contextOf(request: FastifyRequest): RequestContext {
  request.requestContext ??= readContext(request.id, request.headers.traceparent);
  return request.requestContext;
}

function readContext(requestId: string, traceparent: unknown): RequestContext {
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { requestId, traceparent } : { requestId };
}
