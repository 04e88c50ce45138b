import { hash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { RequestContext } from '@agora/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { contextOf } from './request-id.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457, as every error of a service is answered. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Always about:blank: the status says what kind it is, the code says which.' }),
    title: Type.String({ description: 'The status in words, as HTTP has them.' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What was wrong with this request, for a person.' }),
    code: Type.String({ description: 'Which refusal this is, for a program. Never changes.' }),
    instance: Type.String({ description: 'urn:request: and the X-Request-Id of this request.' }),
    trace_id: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  },
  { description: 'Problem details (RFC 9457)' },
);

export type ProblemFields = {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfterSeconds?: number | undefined;
};

/** The error answers of a route, to be spread into its `response` schema. */
export function problemResponses<const Status extends number>(...statuses: Status[]): Record<Status, typeof Problem> {
  return Object.fromEntries(statuses.map((status) => [status, Problem])) as Record<Status, typeof Problem>;
}

/** Answers with a problem. Also right where no hook has run yet: it sets every header that they would have set. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, fields: ProblemFields): FastifyReply {
  request.problemCode = fields.code;
  reply.header('x-request-id', request.id).header('cache-control', 'no-store');
  if (fields.status === 401) reply.header('www-authenticate', 'Bearer error="invalid_token"');
  if (fields.retryAfterSeconds !== undefined) reply.header('retry-after', String(fields.retryAfterSeconds));
  // Serialized here: a route's response schemas say what a handler may return, and must not filter an error.
  const body = JSON.stringify(problemBody(fields, contextOf(request)));
  return reply.code(fields.status).type(PROBLEM_MEDIA_TYPE).send(body);
}

export function problemBody(
  { status, code, detail }: ProblemFields,
  { requestId, traceparent }: RequestContext,
): Static<typeof Problem> {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    instance: `urn:request:${requestId}`,
    trace_id: traceparent === undefined ? traceIdFrom(requestId) : traceparent.slice(3, 35),
  };
}

/** A request id we made is a UUID, and its digits serve as trace id. One that a client chose is hashed to that form. */
function traceIdFrom(requestId: string): string {
  const digits = requestId.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(digits) ? digits : hash('sha256', requestId).slice(0, 32);
}
