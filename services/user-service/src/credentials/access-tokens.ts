import jwt from 'jsonwebtoken';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { JwtSecret } from './jwt-secrets.ts';

export type AccessTokens = {
  issue(userId: string): { token: string; expiresInSeconds: number };
  /** The user's id; undefined for anything that is not a token of ours, for this API and valid now. */
  verify(token: string): string | undefined;
};

const ISSUER = 'agora';
const AUDIENCE = 'agora-api';
/** Keeps tokens of other purposes out: an X-Identity assertion has its own type. */
const TOKEN_TYPE = 'at+jwt';

const MAX_TOKEN_BYTES = 4_096;
const CLOCK_TOLERANCE_SECONDS = 5;

const Header = Compile(
  Type.Object({
    alg: Type.Literal('HS256'),
    typ: Type.Literal(TOKEN_TYPE),
    kid: Type.String(),
    // Extensions that have to be understood. We understand none, and the library would pass over them.
    crit: Type.Optional(Type.Never()),
  }),
);

// The library takes a token without `exp`, a payload that is a string, and a `sub` of any kind.
const Claims = Compile(
  Type.Object({
    iss: Type.Literal(ISSUER),
    aud: Type.Literal(AUDIENCE),
    sub: Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' }),
    iat: Type.Integer(),
    exp: Type.Integer(),
  }),
);

/** HS256 access tokens. The first secret signs; each verifies what carries its kid. */
export function createAccessTokens(
  secrets: readonly JwtSecret[],
  { ttlSeconds }: { ttlSeconds: number },
): AccessTokens {
  const [current] = secrets;
  if (current === undefined) throw new Error('no secret to sign access tokens with');
  // A Map, not an object: the kid is the client's text, and objects have a `constructor` and a `__proto__`.
  const keys = new Map(secrets.map(({ kid, key }) => [kid, key]));

  return {
    issue(userId) {
      const token = jwt.sign({}, current.key, {
        algorithm: 'HS256',
        header: { alg: 'HS256', typ: TOKEN_TYPE, kid: current.kid },
        issuer: ISSUER,
        audience: AUDIENCE,
        subject: userId,
        expiresIn: ttlSeconds,
      });
      return { token, expiresInSeconds: ttlSeconds };
    },

    verify(token) {
      if (token.length > MAX_TOKEN_BYTES) return undefined;
      const header = headerOf(token);
      if (!Header.Check(header)) return undefined;
      const key = keys.get(header.kid);
      if (key === undefined) return undefined;
      try {
        const claims = jwt.verify(token, key, {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: AUDIENCE,
          // Also the upper bound of `exp`, whatever a token says.
          maxAge: ttlSeconds,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
        });
        return Claims.Check(claims) && claims.iat <= Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS
          ? claims.sub
          : undefined;
      } catch (error) {
        if (error instanceof jwt.JsonWebTokenError) return undefined;
        throw error;
      }
    },
  };
}

function headerOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
  } catch {
    // Not JSON: not a token.
    return undefined;
  }
}
