import type { Logger } from '@agora/telemetry';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, type ErrorKind } from '../domain-error.ts';
import { isOutage } from '../is-outage.ts';
import { type ProblemFields, sendProblem } from './problem.ts';
import { allInputProblems, InputError } from './validate-input.ts';

const STATUS_OF_KIND = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unavailable: 503,
} satisfies Record<ErrorKind, number>;

type Refusal = Omit<ProblemFields, 'retryAfterSeconds'>;

/** What Fastify refuses by itself, before a handler runs. Its own sentences can quote the request, so they have ours. */
const FRAMEWORK_REFUSALS: Readonly<Record<string, Refusal>> = {
  FST_ERR_BAD_URL: { status: 400, code: 'malformed_url', detail: 'The path is not a valid URL path.' },
  FST_ERR_MAX_PARAM_LENGTH: { status: 400, code: 'validation_failed', detail: 'A part of the path is too long.' },
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400, code: 'malformed_json', detail: 'The body is not valid JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    status: 400,
    code: 'malformed_json',
    detail: 'The body is empty, but its content type is application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'malformed_request',
    detail: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, code: 'body_too_large', detail: 'The body is larger than 64 KiB.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'The content type of the body is not one this path takes.',
  },
};

const OUTAGE: ProblemFields = {
  status: 503,
  code: 'unavailable',
  detail: 'A part that this needs does not answer at the moment. Try again.',
  retryAfterSeconds: 1,
};

const DEFECT: Refusal = { status: 500, code: 'internal', detail: 'Something went wrong on our side.' };

/**
 * Answers every error with a problem. Expected refusals are answered as they are; a defect or an outage is logged here,
 * once, and answered without its text.
 */
export function createErrorHandler(logger: Logger) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = problemOf(error, request);
    if (problem.status >= 500) {
      const line = { err: error, code: problem.code, route: request.routeOptions.url };
      if (problem.status === 503) logger.warn(line, 'request refused');
      else logger.error(line, 'request failed');
    }
    return sendProblem(request, reply, problem);
  };
}

function problemOf(error: FastifyError, request: FastifyRequest): ProblemFields {
  if (error instanceof DomainError) {
    const { kind, code, message: detail, retryAfterSeconds } = error;
    return { status: STATUS_OF_KIND[kind], code, detail, retryAfterSeconds };
  }
  if (error instanceof InputError) {
    return { status: 400, code: 'validation_failed', detail: allInputProblems(error, request).join('; ') };
  }
  const known = Object.hasOwn(FRAMEWORK_REFUSALS, error.code ?? '') ? FRAMEWORK_REFUSALS[error.code] : undefined;
  if (known !== undefined) return known;
  const status = error.statusCode;
  if (status === undefined || status < 400 || status >= 500) return isOutage(error) ? OUTAGE : DEFECT;
  // Secure-json-parse's refusal of `__proto__`, a plugin's own 4xx: theirs is the status, the sentence is ours.
  if (error instanceof SyntaxError) {
    return { status: 400, code: 'malformed_json', detail: 'The body is not JSON that this service accepts.' };
  }
  return { status, code: 'bad_request', detail: 'The request cannot be understood.' };
}
