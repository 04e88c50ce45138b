import { decodeCursor, linkNextPage, type PageQuery } from '@agora/service-kit/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** One page of what is ordered by id, and the `Link` to the next if there is more. The position in a list is the last id shown. */
export async function pageById<Row extends { readonly id: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  { limit, cursor }: Static<typeof PageQuery>,
  load: (position: string | undefined, limit: number) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const rows = await load(decodeCursor(cursor, ID), limit + 1);
  const shown = rows.slice(0, limit);
  linkNextPage(request, reply, rows.length > limit ? shown.at(-1)?.id : undefined);
  return shown;
}
