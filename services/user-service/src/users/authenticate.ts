import type { Account } from './user.ts';
import { invalidToken } from './user-errors.ts';

export type AuthenticateDeps = {
  /** The user's id, or undefined for a token that is not ours, not for this or not valid now. */
  readonly tokens: { verify(token: string): string | undefined };
  readonly accounts: { find(id: string): Promise<Account | undefined> };
  readonly identities: { assertionFor(account: Account): string };
};

export type Authenticated = { readonly account: Account; readonly assertion: string };

/**
 * A valid token is not enough: the account is looked up each time, so that a deleted one is refused at once, and a changed
 * role or address counts from the next request on.
 */
export async function authenticate(deps: AuthenticateDeps, token: string): Promise<Authenticated> {
  const userId = deps.tokens.verify(token);
  const account = userId === undefined ? undefined : await deps.accounts.find(userId);
  if (account === undefined) throw invalidToken();
  return { account, assertion: deps.identities.assertionFor(account) };
}
