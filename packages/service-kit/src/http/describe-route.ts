import { STATUS_CODES } from 'node:http';
import type { FastifySchema } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from './problem.ts';

type JsonSchema = Record<string, unknown>;

/**
 * A route's schema as its OpenAPI description wants it. Adds what every route answers and none has to say: 401 unless it is
 * public, 400 where there is input. The schema itself stays as it is: the generator writes into what it gets.
 */
export function describeRoute(schema: FastifySchema, isPublic: boolean): FastifySchema {
  const { querystring, body, params, response, ...rest } = structuredClone(schema) as Record<string, JsonSchema>;
  const hasInput = querystring !== undefined || body !== undefined || params !== undefined;
  const always = [...(hasInput ? [400] : []), ...(isPublic ? [] : [401])];
  return {
    ...rest,
    ...(params !== undefined && { params }),
    ...(querystring !== undefined && { querystring: withoutDefaultsRequired(querystring) }),
    ...(body !== undefined && { body: withoutNull(body) }),
    ...(!isPublic && { security: [{ bearer: [] }] }),
    response: describeResponses(response ?? {}, always),
  };
}

function describeResponses(response: JsonSchema, always: number[]): JsonSchema {
  const statuses = new Set([...Object.keys(response), ...always.map(String)]);
  return Object.fromEntries(
    [...statuses].sort().map((status) => [status, /^[45]/.test(status) ? problemResponse(status) : response[status]]),
  );
}

function problemResponse(status: string): JsonSchema {
  return {
    description: STATUS_CODES[status] ?? 'Error',
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: 'Problem#' } } },
  };
}

/** A field with a default is always there for the handler, so its type says required; the client may leave it out. */
function withoutDefaultsRequired(schema: JsonSchema): JsonSchema {
  const { required, properties } = schema as { required?: string[]; properties?: Record<string, JsonSchema> };
  return { ...schema, required: (required ?? []).filter((name) => properties?.[name]?.default === undefined) };
}

/** `body | null` is how a route says that its body is optional. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const branches = Array.isArray(schema.anyOf) ? schema.anyOf.filter(({ type }) => type !== 'null') : [];
  return branches.length === 1 ? branches[0] : schema;
}
