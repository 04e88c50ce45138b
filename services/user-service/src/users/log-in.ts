import type { Audit } from './audit.ts';
import { requireHashable } from './password-rules.ts';
import { normalizeEmail } from './user.ts';
import { invalidCredentials } from './user-errors.ts';

export type AccessToken = { readonly token: string; readonly expiresInSeconds: number };

export type LogInDeps = {
  readonly users: {
    findCredentials(email: string): Promise<{ id: string; passwordHash: string } | undefined>;
    replacePasswordHash(id: string, old: string, passwordHash: string): Promise<void>;
  };
  readonly passwords: {
    /** Costs one bcrypt comparison also without a hash to compare with, and is false then. */
    matches(password: string, passwordHash: string | undefined): Promise<boolean>;
    isOutdated(passwordHash: string): boolean;
    hash(password: string): Promise<string>;
  };
  readonly tokens: { issue(userId: string): AccessToken };
  readonly audit: Audit;
};

export type Credentials = { readonly email: string; readonly password: string };

/** An unknown address and a wrong password get the same answer after the same work. */
export async function logIn(deps: LogInDeps, { email, password }: Credentials): Promise<AccessToken> {
  requireHashable(password);
  const account = await deps.users.findCredentials(normalizeEmail(email));
  const matches = await deps.passwords.matches(password, account?.passwordHash);
  if (account === undefined || !matches) {
    deps.audit({ event: 'auth.login', outcome: 'failed', ...(account && { user_id: account.id }) });
    throw invalidCredentials();
  }
  if (deps.passwords.isOutdated(account.passwordHash)) {
    await deps.users.replacePasswordHash(account.id, account.passwordHash, await deps.passwords.hash(password));
  }
  deps.audit({ event: 'auth.login', outcome: 'ok', user_id: account.id });
  return deps.tokens.issue(account.id);
}
