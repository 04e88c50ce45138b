import { notAllowed } from './user-errors.ts';

export type Role = 'customer' | 'admin';

/** What identifies somebody inside the shop. */
export type Account = { readonly id: string; readonly email: string; readonly role: Role };

export type User = Account & { readonly name: string; readonly createdAt: Date };

/** Who asks, as far as permission depends on it. */
export type Asker = { readonly userId: string; readonly role: Role };

/** The one spelling that is stored and looked up. Addresses are ASCII here, so this agrees with the database's lower(). */
export function normalizeEmail(email: string): string {
  return email.toLowerCase();
}

/** Refuses before anything is looked up, so that a stranger cannot tell an unknown id from somebody else's. */
export function requireSelfOrAdmin(asker: Asker, userId: string): void {
  if (asker.role !== 'admin') requireSelf(asker, userId);
}

export function requireSelf(asker: Asker, userId: string): void {
  if (asker.userId !== userId) throw notAllowed();
}
