import type { RequestContext } from '@agora/telemetry';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Principal } from './identity.ts';

/** A Fastify instance whose route schemas are TypeBox: a handler's types come from its schema. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Anyone may call this route. Without it a request that carries no valid identity is answered 401. */
    public?: boolean;
    /** Only this role may call the route; everybody else is answered 403. */
    role?: Principal['role'];
  }
  interface FastifyRequest {
    /** Who asks. Throws `unauthenticated` when nobody was identified: a public route can't take a stranger for a user. */
    readonly principal: Principal;
    /** Who asks, or null. For what works with and without a user. */
    identified: Principal | null;
    /** Ties log lines, gRPC calls and events to this request. Null until the first hook; `currentRequestContext()` has it too. */
    requestContext: RequestContext | null;
    /** The `code` of the problem this request was answered with. */
    problemCode: string | null;
  }
}
