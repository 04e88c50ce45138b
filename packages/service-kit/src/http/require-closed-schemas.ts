import type { RouteOptions } from 'fastify';

/**
 * Refuses, at start, a route whose input is not described to the end. An open object lets a field through that nobody
 * checked, and a path parameter without a schema may hold `../../admin`.
 */
export function requireClosedSchemas({ method, url, schema }: RouteOptions): void {
  const route = `${[method].flat().join('|')} ${url}`;
  if (url.includes(':') && schema?.params === undefined) throw new Error(`${route}: its path parameters need a schema`);
  for (const part of ['querystring', 'body'] as const) {
    const open = findOpenObject(schema?.[part]);
    if (open !== undefined) {
      throw new Error(`${route}: say additionalProperties: false in its ${part} schema, at ${open || 'the root'}`);
    }
  }
}

function findOpenObject(schema: unknown, path = ''): string | undefined {
  if (Array.isArray(schema)) return firstOpen(Object.entries(schema), path);
  if (typeof schema !== 'object' || schema === null) return undefined;
  if (
    'type' in schema &&
    schema.type === 'object' &&
    !('additionalProperties' in schema && schema.additionalProperties === false)
  ) {
    return path;
  }
  return firstOpen(Object.entries(schema), path);
}

function firstOpen(entries: [string, unknown][], path: string): string | undefined {
  for (const [name, child] of entries) {
    const open = findOpenObject(child, `${path}/${name}`);
    if (open !== undefined) return open;
  }
  return undefined;
}
