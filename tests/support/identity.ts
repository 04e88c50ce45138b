import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type TestPerson = { readonly userId: string; readonly email: string; readonly role: 'customer' | 'admin' };

export type TestIdentity = {
  /** Stands in for user-service's internal listener: answers `/.well-known/jwks.json`. */
  readonly internalUrl: string;
  /** What the gateway puts on a request of that person after ForwardAuth. `claims` and `header` spoil the assertion on purpose. */
  headersFor(person: TestPerson, spoil?: { claims?: object; header?: object }): Record<string, string>;
  /** How often the keys were asked for. */
  readonly jwksRequests: () => number;
  close(): Promise<void>;
};

/** user-service's half of `X-Identity`: a key pair, its JWKS over HTTP, and assertions signed with it. */
export async function startTestIdentity(): Promise<TestIdentity> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }] };
  let requests = 0;
  const server = createServer((request, response) => {
    if (request.url !== '/.well-known/jwks.json') return response.writeHead(404).end();
    requests += 1;
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const assertionFor = ({ userId, email, role }: TestPerson, claims: object, header: object): string => {
    const now = Math.floor(Date.now() / 1000);
    const body = {
      iss: 'agora-user-service',
      aud: 'agora-internal',
      sub: userId,
      email,
      role,
      iat: now,
      exp: now + 60,
    };
    const signed = `${encode({ alg: 'ES256', typ: 'agora-id+jwt', kid, ...header })}.${encode({ ...body, ...claims })}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  };
  return {
    internalUrl: `http://127.0.0.1:${port}`,
    headersFor: (person, { claims = {}, header = {} } = {}) => ({
      'x-user-id': person.userId,
      'x-user-email': encodeURIComponent(person.email),
      'x-identity': assertionFor(person, claims, header),
    }),
    jwksRequests: () => requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
