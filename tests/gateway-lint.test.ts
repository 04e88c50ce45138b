import { type RunningGateway, startGateway } from '@agora/tests/gateway';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../tools/agora/src/secrets/service-table.ts';
import { variablePrefix } from '../tools/agora/src/services.ts';

type Router = {
  name: string;
  provider: string;
  rule: string;
  status: string;
  middlewares?: string[];
  parentRefs?: string[];
  entryPoints?: string[];
};
type Middleware = { name: string; type: string; status: string } & Record<string, unknown>;

/** What a client may reach without a token. A new line here is a decision. */
const PUBLIC: Readonly<Record<string, string>> = {
  'auth-public@file': 'Method(`POST`) && PathRegexp(`^/auth/(signup|login)/?$`)',
  'products-public@file': 'Method(`GET`) && (Path(`/products`) || PathPrefix(`/products/`))',
};
/** They change the path after the router was chosen, repeat what was already done, or hand the token on. */
const FORBIDDEN = /^(stripprefix|stripprefixregex|replacepath|replacepathregex|addprefix|errors|passtlsclientcert)$/i;

const environment = Object.fromEntries([
  ['USER_SERVICE_INTERNAL_URL', 'http://127.0.0.1:1'],
  ...SERVICES.map((service) => [`${variablePrefix(service)}_URLS`, 'http://127.0.0.1:1']),
]);

describe('the routes', () => {
  it('each is in the public list or below authn', async () => {
    expect(await lint()).toEqual([]);
  });

  it.each([
    [
      'a router that left its parent',
      'orders: { parentRefs: [protected], rule:',
      'orders: { entryPoints: [web], rule:',
      'orders@file is open',
    ],
    ['a parent that lost authn', 'body-64k, authn, strip-token', 'body-64k, strip-token', 'orders@file is open'],
    ['a public rule that grew', '(signup|login)', '(signup|login|verify)', 'auth-public@file is open'],
    ['a token that goes on', 'authn, strip-token, rl-user', 'authn, rl-user', 'orders@file hands the token on'],
    [
      'a path rewritten',
      'body-64k: { buffering: { maxRequestBodyBytes: 65536 } }',
      'body-64k: { stripPrefix: { prefixes: [/x] } }',
      'body-64k@file is a stripprefix',
    ],
    [
      'a retry of what was already written',
      'retry: { attempts: 2,',
      'retry: { attempts: 2, status: ["502"],',
      'retry@file repeats requests',
    ],
    [
      'a middleware that does not exist',
      'authn, strip-token, rl-user',
      'authn, strip-token, rl-nobody',
      'protected@file is',
    ],
  ])('the check finds %s', async (_mistake, from, to, finding) => {
    expect((await lint((dynamic) => replaced(dynamic, from, to))).join()).toContain(finding);
  });
});

async function lint(edit?: (dynamic: string) => string): Promise<string[]> {
  const gateway = await startGateway({ environment, ...(edit === undefined ? {} : { edit }) });
  try {
    return await findings(gateway);
  } finally {
    await gateway.close();
  }
}

async function findings(gateway: RunningGateway): Promise<string[]> {
  const all = await gateway.api<Router[]>('http/routers?per_page=100');
  const routers = all.filter(({ provider, name }) => provider === 'file' && name !== 'dashboard@file');
  const byName = new Map(routers.map((router) => [router.name, router]));
  const chainOf = (name: string): string[] => {
    const router = byName.get(name);
    return router === undefined ? [] : chain(router);
  };
  const chain = (router: Router): string[] => [
    ...(router.parentRefs ?? []).flatMap((parent) => chainOf(qualified(parent))),
    ...(router.middlewares ?? []).map(qualified),
  ];
  const middlewares = await gateway.api<Middleware[]>('http/middlewares?per_page=100');
  return [
    ...(routers.length < 6 ? ['routers are missing'] : []),
    ...all.filter(({ status }) => status !== 'enabled').map(({ name, status }) => `${name} is ${status}`),
    ...middlewares.filter(({ status }) => status !== 'enabled').map(({ name, status }) => `${name} is ${status}`),
    ...routers
      .filter((router) => PUBLIC[router.name] !== router.rule && !chain(router).includes('authn@file'))
      .map(({ name }) => `${name} is open and not in the public list`),
    ...routers
      .filter((router) => chain(router).lastIndexOf('strip-token@file') <= chain(router).indexOf('authn@file'))
      .map(({ name }) => `${name} hands the token on`),
    ...middlewares.filter(({ type }) => FORBIDDEN.test(type)).map(({ name, type }) => `${name} is a ${type}`),
    ...middlewares
      .filter(({ retry }) => retry !== undefined && JSON.stringify(retry).includes('status'))
      .map(({ name }) => `${name} repeats requests that a service has answered`),
  ];
}

function qualified(name: string): string {
  return name.includes('@') ? name : `${name}@file`;
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`dynamic.yml no longer has ${from}`);
  return text.replace(from, () => to);
}
