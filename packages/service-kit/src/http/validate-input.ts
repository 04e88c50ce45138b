import type { FastifyRequest } from 'fastify';
import { IsObject, type TSchema } from 'typebox';
import { coerceScalars } from '../coerce-scalars.ts';
import { describeSchemaErrors } from '../describe-schema-errors.ts';
import { createSchemaValidator } from '../json-schema.ts';
import { findBrokenText } from './find-broken-text.ts';

/** The parts of a request that have schemas, and what a caller calls them. */
const PART_NAMES = { params: 'path', querystring: 'query', body: 'body' } as const;

type Part = keyof typeof PART_NAMES;
type InputValidator = (data: unknown) => { value: unknown } | { error: InputError };

/** A part of the request does not fit its schema. Holds a sentence for each thing that is wrong. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly part: string;
  readonly problems: readonly string[];

  constructor(part: string, problems: readonly string[]) {
    super('the input does not fit its schema');
    this.part = part;
    this.problems = problems;
  }
}

/**
 * Compiles the schemas of a route's input. Bodies are taken as they are: a number in quotes is not a number. Path and query
 * are text by nature, and are read as plain decimals where the schema wants numbers.
 */
export function createInputCompiler(): (route: { schema: TSchema; httpPart?: string }) => InputValidator {
  const ajv = createSchemaValidator();
  return ({ schema, httpPart = 'input' }) => {
    const name = isPart(httpPart) ? PART_NAMES[httpPart] : httpPart;
    const validate = ajv.compile(schema);
    const textSchema = httpPart !== 'body' && IsObject(schema) ? schema : undefined;
    return (data) => {
      const value = textSchema !== undefined && isRecord(data) ? coerceScalars(textSchema, data) : data;
      const problems = validate(value) ? brokenText(value, name) : describeSchemaErrors(validate.errors ?? [], name);
      return problems.length === 0 ? { value } : { error: new InputError(httpPart, problems) };
    };
  };
}

/** Fastify stops at the first part that does not fit. The caller wants to hear of all of them at once. */
export function allInputProblems(first: InputError, request: FastifyRequest): readonly string[] {
  const values: Record<Part, unknown> = { params: request.params, querystring: request.query, body: request.body };
  const others = (Object.keys(PART_NAMES) as Part[]).filter((part) => part !== first.part);
  const more = others.flatMap((part) => {
    // The compiler above made every validator there is.
    const validate = request.getValidationFunction(part) as InputValidator | undefined;
    const result = validate?.(values[part]);
    return result !== undefined && 'error' in result ? result.error.problems : [];
  });
  return [...first.problems, ...more];
}

function brokenText(value: unknown, name: string): string[] {
  const path = findBrokenText(value);
  return path === undefined ? [] : [`${name}${path} must be well-formed Unicode text without NUL characters`];
}

function isPart(httpPart: string): httpPart is Part {
  return Object.hasOwn(PART_NAMES, httpPart);
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null;
}
