import { PageQuery, problemResponses, UserIdParam } from '@agora/service-kit/http';
import { type Static, Type } from 'typebox';
import type * as core from '../users/user.ts';

/** The format takes ASCII alone, so lower-casing means the same here and in the database. It has no limit of its own. */
export const Email = Type.String({ format: 'email', maxLength: 254 });

/** Visible text: something besides white space, no control characters. */
export const PersonName = Type.String({ minLength: 1, maxLength: 100, pattern: '^(?=.*\\S)[^\\p{Cc}]+$' });

export const User = Type.Object({
  id: UserIdParam,
  name: Type.String(),
  email: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
});

const UserParams = Type.Object({ id: UserIdParam }, { additionalProperties: false });

export const listUsersSchema = {
  tags: ['users'],
  summary: 'The users the asker may see',
  description: 'An admin sees everyone, oldest first, by pages. Others see themselves.',
  querystring: PageQuery,
  response: { 200: Type.Array(User), ...problemResponses(400, 401) },
};

export const currentUserSchema = {
  tags: ['users'],
  summary: 'The asker',
  response: { 200: User, ...problemResponses(401, 404) },
};

export const getUserSchema = {
  tags: ['users'],
  summary: 'One user: oneself, or anyone for an admin',
  params: UserParams,
  response: { 200: User, ...problemResponses(400, 401, 403, 404) },
};

export const changeUserSchema = {
  tags: ['users'],
  summary: 'Change name or address',
  params: UserParams,
  body: Type.Object(
    { name: Type.Optional(PersonName), email: Type.Optional(Email) },
    { additionalProperties: false, minProperties: 1 },
  ),
  response: { 200: User, ...problemResponses(400, 401, 403, 404, 409, 413, 415) },
};

export const deleteUserSchema = {
  tags: ['users'],
  summary: 'Delete an account',
  description: 'Ends its tokens at once and frees its address. Orders and purchases stay under the id.',
  params: UserParams,
  response: { 204: Type.Null({ description: 'Deleted.' }), ...problemResponses(400, 401, 403, 404) },
};

export function toBody({ id, name, email, createdAt }: core.User): Static<typeof User> {
  return { id, name, email, created_at: createdAt.toISOString() };
}
