import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { DomainError } from '../domain-error.ts';

const MAX_CURSOR_LENGTH = 512;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** The query of every list. `limit` is always there in the handler; spread the properties to add to them. */
export const PageQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 50, description: 'How many, at most.' }),
    cursor: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_CURSOR_LENGTH,
        description: 'Where to go on, as the Link header of the page before said. Opaque.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** Makes a position in a list (the sort key of its last row) into a cursor. Readable by anyone who decodes it: no secrets. */
export function encodeCursor(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/**
 * The position in a cursor that came from a client. It must match the whole of `pattern`, as it goes into a query.
 * @throws DomainError `invalid_cursor`
 */
export function decodeCursor(cursor: string | undefined, pattern: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const position = BASE64URL.test(cursor) ? Buffer.from(cursor, 'base64url').toString() : '';
  // Encoded again it must be the same, else it is not one of ours.
  if (encodeCursor(position) === cursor && pattern.exec(position)?.[0] === position) return position;
  throw new DomainError('invalid', 'invalid_cursor', 'The cursor is not one that this list has given out.');
}

/** Names the next page in the `Link` header, when there is one: `position` is undefined on the last page. */
export function linkNextPage(request: FastifyRequest, reply: FastifyReply, position: string | undefined): void {
  if (position === undefined) return;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query as Record<string, unknown>)) query.set(name, String(value));
  query.set('cursor', encodeCursor(position));
  const path = new URL(request.url, 'http://localhost').pathname;
  reply.header('link', `<${path}?${query}>; rel="next"`);
}
