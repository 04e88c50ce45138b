import { errorCodes, type FastifyRequest, type RouteOptions } from 'fastify';
import { InputError } from './validate-input.ts';

/**
 * A route with a schema per content type is validated by the type that came. Fastify skips validation for a type that has
 * none, and for a request without a body. Neither gets to the handler.
 */
export function requireValidatedBody(route: RouteOptions): void {
  const body: unknown = route.schema?.body;
  if (typeof body !== 'object' || body === null || !('content' in body)) return;
  const types = Object.keys(Object(body.content));

  const check = async ({ mediaType }: FastifyRequest): Promise<void> => {
    if (mediaType === undefined) {
      throw new InputError('body', [`body is required, as ${types.join(' or ')}`]);
    }
    if (!types.includes(mediaType)) throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(mediaType);
  };
  route.preValidation = [check, ...[route.preValidation ?? []].flat()];
}
