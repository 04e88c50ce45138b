import type { TObject } from 'typebox';

const DECIMAL_INTEGER = /^-?(?:0|[1-9][0-9]{0,14})$/;
const DECIMAL_NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/;

/**
 * Text as it comes from a query, a path or the environment, made into what the schema asks for.
 *
 * Ajv's own coercion also reads `1e2`, `0x10`, `" 5 "` and `true` as integers: two spellings of one resource.
 * What is not plainly decimal stays text here, and the schema refuses it.
 */
export function coerceScalars(schema: TObject, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  // `fromEntries` defines what it is given, so that a field named `__proto__` stays a field, and is refused as unknown.
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? coerce(typeOf(schema, name), value) : value,
    ]),
  );
}

function typeOf(schema: TObject, name: string): unknown {
  const property: unknown = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  return typeof property === 'object' && property !== null && 'type' in property ? property.type : undefined;
}

function coerce(type: unknown, text: string): unknown {
  if (type === 'integer') return DECIMAL_INTEGER.test(text) ? Number(text) : text;
  if (type === 'number') return DECIMAL_NUMBER.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : text);
  return text;
}
