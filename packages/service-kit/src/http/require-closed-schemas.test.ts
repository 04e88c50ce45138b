import type { RouteOptions } from 'fastify';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { requireClosedSchemas } from './require-closed-schemas.ts';

function route(url: string, schema: RouteOptions['schema']): RouteOptions {
  return { method: 'POST', url, handler: () => {}, ...(schema !== undefined && { schema }) };
}

const Open = Type.Object({ name: Type.String() });
const Closed = Type.Object({ name: Type.String() }, { additionalProperties: false });

describe('requireClosedSchemas', () => {
  it.each([
    [route('/orders', undefined)],
    [route('/orders', { body: Closed, querystring: Closed })],
    [route('/orders', { body: Type.Union([Closed, Type.Null()]) })],
    [route('/orders/:id', { params: Type.Object({ id: Type.String() }) })],
  ])('lets a route be that is described to the end', (options) => {
    expect(() => requireClosedSchemas(options)).not.toThrow();
  });

  it.each([
    [route('/orders/:id', undefined), 'POST /orders/:id: its path parameters need a schema'],
    [route('/orders', { body: Open }), 'say additionalProperties: false in its body schema, at the root'],
    [route('/orders', { querystring: Open }), 'in its querystring schema, at the root'],
    [route('/orders', { body: Type.Union([Open, Type.Null()]) }), 'in its body schema, at /anyOf/0'],
    [
      route('/orders', { body: Type.Object({ lines: Type.Array(Open) }, { additionalProperties: false }) }),
      'in its body schema, at /properties/lines/items',
    ],
    [
      route('/login', { body: { content: { 'application/json': { schema: Open } } } }),
      'at /content/application/json/schema',
    ],
  ])('refuses one that is not: %#', (options, message) => {
    expect(() => requireClosedSchemas(options)).toThrow(message);
  });
});
