import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Principal } from './identity.ts';

/** A Fastify instance whose route schemas are TypeBox: the handler's types come from them. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Anyone may call this route. Without it a route answers 401 to a request that carries no valid identity. */
    public?: boolean;
    /** Only this role may call the route; others get 403. */
    role?: Principal['role'];
  }
  interface FastifyRequest {
    /** Who asks. Throws `unauthenticated` where nobody was identified, so a public route cannot mistake a stranger for a user. */
    readonly principal: Principal;
  }
}
