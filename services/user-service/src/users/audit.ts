/** What is recorded of accounts: outcomes and ids, never an address or a password. */
export type AuditEvent =
  | { readonly event: 'auth.signup'; readonly outcome: 'ok'; readonly user_id: string }
  | { readonly event: 'auth.signup'; readonly outcome: 'refused'; readonly reason: 'email_taken' }
  | { readonly event: 'auth.login'; readonly outcome: 'ok'; readonly user_id: string }
  /** `user_id` only when the account exists: the address that was tried may be a password typed into the wrong field. */
  | { readonly event: 'auth.login'; readonly outcome: 'failed'; readonly user_id?: string }
  | { readonly event: 'user.deleted'; readonly user_id: string; readonly by: string };

export type Audit = (event: AuditEvent) => void;
