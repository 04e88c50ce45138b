import { DomainError } from '@agora/service-kit';
import type { HttpApp } from '@agora/service-kit/http';
import formbody from '@fastify/formbody';
import { type LogInDeps, logIn } from '../users/log-in.ts';
import { type SignUpDeps, signUp } from '../users/sign-up.ts';
import { type LogInFields, logInSchema, signUpSchema } from './auth-schemas.ts';
import { toBody } from './user-schemas.ts';

export type AuthRoutesDeps = { readonly signUp: SignUpDeps; readonly logIn: LogInDeps };

export function authRoutes(app: HttpApp, deps: AuthRoutesDeps): void {
  app.post('/auth/signup', { schema: signUpSchema, config: { public: true } }, async (request, reply) => {
    const user = await signUp(deps.signUp, request.body);
    return reply.code(201).header('location', `/users/${user.id}`).send(toBody(user));
  });

  // In a scope of its own, so that no other route learns to read forms.
  app.register(async (scope: HttpApp) => {
    await scope.register(formbody);
    scope.post('/auth/login', { schema: logInSchema, config: { public: true } }, async (request, reply) => {
      const fields = fieldsOf(request.body);
      const email = 'username' in fields ? fields.username : fields.email;
      const { token, expiresInSeconds } = await logIn(deps.logIn, { email, password: fields.password });
      return reply.send({ access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds });
    });
  });
}

/** Fastify validates a body by its content type, and so not at all when there is neither. */
function fieldsOf(body: unknown): LogInFields {
  if (typeof body !== 'object' || body === null) {
    throw new DomainError('invalid', 'validation_failed', 'body is required: JSON or a form');
  }
  return body as LogInFields;
}
