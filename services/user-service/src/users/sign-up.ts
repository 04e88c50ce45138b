import type { Audit } from './audit.ts';
import { requireAcceptable } from './password-rules.ts';
import { normalizeEmail, type User } from './user.ts';
import { emailTaken } from './user-errors.ts';

export type SignUpDeps = {
  readonly passwords: { hash(password: string): Promise<string> };
  /** `add` answers false, and adds nothing, when the address is taken. */
  readonly users: { add(user: User, passwordHash: string): Promise<boolean> };
  readonly minPasswordLength: number;
  readonly newId: () => string;
  readonly audit: Audit;
};

export type NewUser = { readonly name: string; readonly email: string; readonly password: string };

export async function signUp(deps: SignUpDeps, { name, email, password }: NewUser): Promise<User> {
  requireAcceptable(password, deps.minPasswordLength);
  // Hashed before the address is tried, so that a taken one takes as long as a free one.
  const passwordHash = await deps.passwords.hash(password);
  const user: User = {
    id: deps.newId(),
    name,
    email: normalizeEmail(email),
    role: 'customer',
    createdAt: new Date(),
  };
  if (!(await deps.users.add(user, passwordHash))) {
    deps.audit({ event: 'auth.signup', outcome: 'refused', reason: 'email_taken' });
    throw emailTaken();
  }
  deps.audit({ event: 'auth.signup', outcome: 'ok', user_id: user.id });
  return user;
}
