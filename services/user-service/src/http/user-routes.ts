import type { HttpApp } from '@agora/service-kit/http';
import type { UserRepository } from '../storage/user-repository.ts';
import type { Audit } from '../users/audit.ts';
import { normalizeEmail, requireSelfOrAdmin, type User } from '../users/user.ts';
import { userNotFound } from '../users/user-errors.ts';
import { pageById } from './page-by-id.ts';
import {
  changeUserSchema,
  currentUserSchema,
  deleteUserSchema,
  getUserSchema,
  listUsersSchema,
  toBody,
} from './user-schemas.ts';

export type UserRoutesDeps = {
  readonly users: Pick<UserRepository, 'find' | 'page' | 'change' | 'remove'>;
  readonly audit: Audit;
};

export function userRoutes(app: HttpApp, { users, audit }: UserRoutesDeps): void {
  app.get('/users/', { schema: listUsersSchema }, async (request, reply) => {
    const { userId, role } = request.principal;
    const page = await pageById(request, reply, request.query, async (position, limit) => {
      if (role === 'admin') return users.page(position, limit);
      const self = await users.find(userId);
      return self === undefined ? [] : [self];
    });
    return page.map(toBody);
  });

  app.get('/users/me', { schema: currentUserSchema }, async (request) =>
    toBody(found(await users.find(request.principal.userId))),
  );

  app.get('/users/:id', { schema: getUserSchema }, async (request) => {
    requireSelfOrAdmin(request.principal, request.params.id);
    return toBody(found(await users.find(request.params.id)));
  });

  app.patch('/users/:id', { schema: changeUserSchema }, async (request) => {
    requireSelfOrAdmin(request.principal, request.params.id);
    const { email, ...changes } = request.body;
    const user = await users.change(request.params.id, {
      ...changes,
      ...(email === undefined ? {} : { email: normalizeEmail(email) }),
    });
    return toBody(found(user));
  });

  app.delete('/users/:id', { schema: deleteUserSchema }, async (request, reply) => {
    requireSelfOrAdmin(request.principal, request.params.id);
    if (!(await users.remove(request.params.id))) throw userNotFound();
    audit({ event: 'user.deleted', user_id: request.params.id, by: request.principal.userId });
    return reply.code(204).send(null);
  });
}

function found(user: User | undefined): User {
  if (user === undefined) throw userNotFound();
  return user;
}
