import { SERVICES, type ServiceName } from '../../tools/agora/src/secrets/service-table.ts';
import { type EchoUpstream, startEchoUpstream } from './echo-upstream.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from './gateway.ts';

/** What verify says about the one token it knows. */
export const CALLER = {
  token: 'the-one-good-token',
  headers: {
    'x-user-id': '0199b0a2-0000-7000-8000-000000000001',
    'x-user-email': 'a%40b.com',
    'x-identity': 'signed.by.verify',
  },
} as const;

type ShortName<Name> = Name extends `${infer Short}-service` ? Short : never;
export type EchoingService = ShortName<ServiceName>;
const NAMES = SERVICES.map((service) => service.replace('-service', '') as EchoingService);

export type EchoingShop = {
  readonly gateway: RunningGateway;
  /** Stands in for user-service's internal listener. */
  readonly verify: EchoUpstream;
  readonly services: Readonly<Record<EchoingService, EchoUpstream>>;
  /** What reached services so far, verify apart; and forgets it. */
  takeRequests(): (EchoUpstream['requests'][number] & { service: EchoingService })[];
  close(): Promise<void>;
};

/** The real gateway in front of upstreams that write down what reaches them. */
export async function startEchoingShop(
  options: Partial<GatewayOptions> & { verifyUrl?: string; replicas?: Partial<Record<EchoingService, string>> } = {},
): Promise<EchoingShop> {
  const verify = await startEchoUpstream('verify', (request, response) => {
    if (request.url !== '/auth/verify') return void response.writeHead(404).end();
    if (request.headers.authorization === `Bearer ${CALLER.token}`)
      return void response.writeHead(200, CALLER.headers).end();
    // Careless on purpose: what a refusal carries must not get out.
    response.writeHead(401, { ...CALLER.headers, server: 'secret/1.0', 'content-type': 'application/problem+json' });
    return void response.end('{"code":"unauthenticated"}');
  });
  const started = await Promise.all(NAMES.map(async (name) => [name, await startEchoUpstream(name)] as const));
  const services = Object.fromEntries(started) as Record<EchoingService, EchoUpstream>;
  const upstreams = started.map(([name, { url }]) => [
    `${name.toUpperCase()}_SERVICE_URLS`,
    options.replicas?.[name]?.replace('{self}', url) ?? url,
  ]);
  const gateway = await startGateway({
    ...options,
    environment: {
      USER_SERVICE_INTERNAL_URL: options.verifyUrl ?? verify.url,
      ...Object.fromEntries(upstreams),
      ...options.environment,
    },
  });
  return {
    gateway,
    verify,
    services,
    takeRequests: () =>
      NAMES.flatMap((service) => services[service].requests.splice(0).map((request) => ({ ...request, service }))),
    async close() {
      await gateway.close();
      await Promise.all([verify, ...Object.values(services)].map((upstream) => upstream.close()));
    },
  };
}
