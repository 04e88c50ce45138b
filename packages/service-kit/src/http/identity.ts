import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';

/** Who asks, as user-service vouches for it in `X-Identity`. */
export type Principal = {
  readonly userId: string;
  readonly email: string;
  readonly role: 'customer' | 'admin';
};

export type IdentityVerifier = {
  /**
   * Who the assertion is about; undefined when it must not be believed.
   * @throws DomainError `unavailable` when it cannot be checked now.
   */
  verify(assertion: string): Promise<Principal | undefined>;
};

/** Node joins a header that came twice with a comma. None of these values can hold one. */
const DOUBLED = ',';

/**
 * Lets a request in only with a valid identity, unless its route says `config: { public: true }`.
 *
 * Identity headers that come with a request must be right wherever they come, public and unknown paths included:
 * a forged one is never merely ignored.
 */
export function createIdentityHook(identity: IdentityVerifier) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { headers, routeOptions } = request;
    const assertion = headers['x-identity'];
    const userId = headers['x-user-id'];
    const email = headers['x-user-email'];

    if (assertion === undefined && userId === undefined && email === undefined) {
      const isOpen = routeOptions.config?.public === true || request.is404;
      if (!isOpen) throw unauthenticated('This path needs a login.');
      return;
    }

    const principal =
      typeof assertion === 'string' && !assertion.includes(DOUBLED) ? await identity.verify(assertion) : undefined;
    if (principal === undefined || !agrees(userId, principal.userId) || !agrees(decoded(email), principal.email)) {
      throw unauthenticated('The identity that came with the request is not valid.');
    }
    request.identified = principal;
    reply.header('cache-control', 'no-store');
    const { role } = routeOptions.config ?? {};
    if (role !== undefined && role !== principal.role) {
      throw new DomainError('forbidden', 'forbidden', `Only the role ${role} may do this.`);
    }
  };
}

/** The getter behind `request.principal`. */
export function principalOf(this: FastifyRequest): Principal {
  if (this.identified === null) throw unauthenticated('This path needs a login.');
  return this.identified;
}

function unauthenticated(message: string): DomainError {
  return new DomainError('unauthenticated', 'unauthenticated', message);
}

function agrees(header: string | string[] | undefined, expected: string): boolean {
  return header === undefined || header === expected;
}

/** `X-User-Email` travels percent-encoded: a header holds Latin-1 at most. */
function decoded(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined;
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}
