import { problemResponses } from '@agora/service-kit/http';
import { type Static, Type } from 'typebox';
import { Email, PersonName, User } from './user-schemas.ts';

/** A bound on work only. How long a password may be is counted in bytes, in the core. */
const Password = Type.String({ minLength: 1, maxLength: 256 });

export const signUpSchema = {
  tags: ['auth'],
  summary: 'Make an account',
  description:
    'The answer 409 tells that an address is taken: there is no e-mail channel that could say it in private.',
  body: Type.Object({ name: PersonName, email: Email, password: Password }, { additionalProperties: false }),
  response: { 201: User, ...problemResponses(400, 409, 413, 415, 503) },
};

const LogInBody = Type.Object({ email: Email, password: Password }, { additionalProperties: false });

/** The password grant of OAuth 2.0, with the fields its clients send along. Nothing but `username` and `password` counts. */
const LogInForm = Type.Object(
  {
    username: Email,
    password: Password,
    grant_type: Type.Optional(Type.Literal('password')),
    scope: Type.Optional(Type.String({ maxLength: 256 })),
    client_id: Type.Optional(Type.String({ maxLength: 256 })),
    client_secret: Type.Optional(Type.String({ maxLength: 256 })),
  },
  { additionalProperties: false },
);

export type LogInFields = Static<typeof LogInBody> | Static<typeof LogInForm>;

export const logInSchema = {
  tags: ['auth'],
  summary: 'Get an access token',
  description: 'An unknown address and a wrong password get the same answer.',
  body: {
    content: {
      'application/json': { schema: LogInBody },
      'application/x-www-form-urlencoded': { schema: LogInForm },
    },
  },
  response: {
    200: Type.Object({
      access_token: Type.String(),
      token_type: Type.Literal('Bearer'),
      expires_in: Type.Integer({ description: 'Seconds.' }),
    }),
    ...problemResponses(400, 401, 413, 415, 503),
  },
};
