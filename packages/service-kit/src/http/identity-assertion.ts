import { type KeyObject, verify } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { createSchemaValidator } from '../json-schema.ts';
import type { Principal } from './identity.ts';

const MAX_LENGTH = 4_096;
const MAX_AGE_SECONDS = 90;
const CLOCK_TOLERANCE_SECONDS = 5;
const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;

const Header = Type.Object(
  {
    alg: Type.Literal('ES256'),
    typ: Type.Literal('agora-id+jwt'),
    kid: Type.String({ minLength: 1, maxLength: 128 }),
  },
  // Nothing else: a header with `crit`, `b64` or a key of its own in it is not one we sign.
  { additionalProperties: false },
);

const Claims = Type.Object({
  iss: Type.Literal('agora-user-service'),
  aud: Type.Literal('agora-internal'),
  sub: Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' }),
  email: Type.String({ minLength: 3, maxLength: 254 }),
  role: Type.Union([Type.Literal('customer'), Type.Literal('admin')]),
  iat: Type.Integer({ minimum: 0 }),
  exp: Type.Integer({ minimum: 0 }),
});

const ajv = createSchemaValidator();
const isHeader = ajv.compile<{ kid: string }>(Header);
const isClaims = ajv.compile<Static<typeof Claims>>(Claims);

/** An assertion taken apart, nothing of it believed yet. */
export type UnverifiedAssertion = {
  readonly kid: string;
  readonly signed: string;
  readonly signature: string;
  readonly payload: string;
};

/** What user-service signed. True for ever, but meant for a short while: see `isCurrent`. */
export type SignedClaims = { readonly principal: Principal; readonly iat: number; readonly exp: number };

/** Undefined for what is not of the one form that user-service signs: an ES256 JWS of type `agora-id+jwt` with a key id. */
export function parseAssertion(assertion: string): UnverifiedAssertion | undefined {
  if (assertion.length > MAX_LENGTH) return undefined;
  const [, header, payload, signature] = COMPACT_JWS.exec(assertion) ?? [];
  if (header === undefined || payload === undefined || signature === undefined) return undefined;
  const fields = parseJson(header);
  return isHeader(fields) ? { kid: fields.kid, signed: `${header}.${payload}`, signature, payload } : undefined;
}

/** The claims, once signature, issuer, audience and form are right; else undefined. */
export function readClaims(
  { signed, signature, payload }: UnverifiedAssertion,
  key: KeyObject,
): SignedClaims | undefined {
  const bytes = Buffer.from(signature, 'base64url');
  if (!verify('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, bytes)) return undefined;
  const claims = parseJson(payload);
  if (!isClaims(claims)) return undefined;
  const { sub: userId, email, role, iat, exp } = claims;
  return { principal: { userId, email, role }, iat, exp };
}

/** Whether the claims hold now: not ended, not from the future, and not older than any that user-service makes. */
export function isCurrent({ iat, exp }: SignedClaims, nowSeconds = Date.now() / 1000): boolean {
  const age = nowSeconds - iat;
  return (
    nowSeconds < exp + CLOCK_TOLERANCE_SECONDS &&
    age > -CLOCK_TOLERANCE_SECONDS &&
    age < MAX_AGE_SECONDS + CLOCK_TOLERANCE_SECONDS
  );
}

function parseJson(segment: string): unknown {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString());
  } catch {
    return undefined;
  }
}
