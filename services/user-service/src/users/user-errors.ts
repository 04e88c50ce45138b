import { DomainError } from '@agora/service-kit';

export const emailTaken = () => new DomainError('conflict', 'email_taken', 'This e-mail address is already in use.');

/** The same for an unknown address and a wrong password. */
export const invalidCredentials = () =>
  new DomainError('unauthenticated', 'invalid_credentials', 'The e-mail address or the password is wrong.');

export const invalidPassword = (rule: string) => new DomainError('invalid', 'invalid_password', rule);

export const invalidToken = () =>
  new DomainError('unauthenticated', 'invalid_token', 'The access token is missing, malformed, expired or revoked.');

export const notAllowed = () => new DomainError('forbidden', 'forbidden', 'This belongs to somebody else.');

export const userNotFound = () => new DomainError('not_found', 'user_not_found', 'There is no such user.');

export const productNotFound = () =>
  new DomainError('not_found', 'product_not_found', 'The catalogue has no such product.');

export const catalogUnavailable = (cause: unknown) =>
  new DomainError('unavailable', 'catalogue_unavailable', 'The product catalogue cannot be asked right now.', {
    cause,
    retryAfterSeconds: 1,
  });

export const overloaded = () =>
  new DomainError('unavailable', 'overloaded', 'Too many sign-ups and logins at this moment. Try again shortly.', {
    retryAfterSeconds: 1,
  });

export const accountsUnavailable = (cause: unknown) =>
  new DomainError('unavailable', 'accounts_unavailable', 'Accounts cannot be looked up right now.', {
    cause,
    retryAfterSeconds: 1,
  });
