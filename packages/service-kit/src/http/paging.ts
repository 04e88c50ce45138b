import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';

export const PageQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 50 }),
    cursor: Type.Optional(Type.String({ maxLength: 512 })),
  },
  { additionalProperties: false },
);

export function encodeCursor(_position: string): string {
  throw new Error('not implemented');
}

export function decodeCursor(_cursor: string | undefined, _pattern: RegExp): string | undefined {
  throw new Error('not implemented');
}

export function linkNextPage(_request: FastifyRequest, _reply: FastifyReply, _position: string | undefined): void {
  throw new Error('not implemented');
}
