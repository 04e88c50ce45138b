/** Who asks, as user-service vouches for it in `X-Identity`. */
export type Principal = {
  readonly userId: string;
  readonly email: string;
  readonly role: 'customer' | 'admin';
};

export type IdentityVerifier = {
  verify(assertion: string): Promise<Principal | undefined>;
};
