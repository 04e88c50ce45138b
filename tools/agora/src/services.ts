import { BROKER_VHOST } from './secrets/broker-definitions.ts';
import { ownSecrets, type Secrets } from './secrets/ensure-secrets.ts';
import {
  type BrokerUser,
  brokerUser,
  type GrpcServiceName,
  SERVICE_TABLE,
  SERVICES,
  type ServiceName,
} from './secrets/service-table.ts';

const PLATFORM_PORTS = {
  gateway: 80,
  'gateway-dashboard': 8080,
  'gateway-internal': 8082,
  postgres: 5432,
  rabbitmq: 5672,
  'rabbitmq-management': 15672,
} as const;

export type PortName =
  | keyof typeof PLATFORM_PORTS
  | ServiceName
  | `${ServiceName}-internal`
  | `${GrpcServiceName}-grpc`;
export type Ports = Readonly<Record<PortName, number>>;

/** Where everything listens when nobody else does. */
export const USUAL_PORTS: Ports = {
  ...PLATFORM_PORTS,
  ...(Object.fromEntries(
    SERVICES.flatMap((service) => {
      const { ports } = SERVICE_TABLE[service];
      return Object.entries(servicePorts(service)).map(([use, name]) => [name, ports[use as keyof typeof ports]]);
    }),
  ) as Omit<Ports, keyof typeof PLATFORM_PORTS>),
};

/** The names of a service's ports, by what they are for. */
export function servicePorts(service: ServiceName): { http: PortName; internal: PortName; grpc?: PortName } {
  const names = { http: service, internal: `${service}-internal` } as const;
  return SERVICE_TABLE[service].ports.grpc === undefined
    ? names
    : { ...names, grpc: `${service as GrpcServiceName}-grpc` };
}

/** The development profile, as in `.env.example`. A variable of that name in the environment of `./agora up` wins. */
export const SETTINGS = {
  LOG_LEVEL: 'info',
  ACCESS_TOKEN_TTL_SECONDS: '900',
  BCRYPT_COST: '10',
  PASSWORD_MIN_LENGTH: '7',
  RETRY_DELAYS_MS: '',
  ADMIN_EMAIL: 'admin@agora.local',
  RL_AUTH_PER_MIN: '60000',
  RL_AUTH_BURST: '10000',
  RL_AUTH_IN_FLIGHT: '1000',
  RL_API_PER_SEC: '100000',
  RL_API_BURST: '100000',
  RL_USER_PER_SEC: '100000',
  RL_USER_BURST: '100000',
} as const;

export type Settings = Readonly<Record<keyof typeof SETTINGS, string>>;

/** For a person who looks at dead letters: nothing else is open to this login. */
export const INSPECTOR = { name: 'guest', password: 'guest' } as const;

export type ShopAddresses = {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly settings: Settings;
  /** A broker of the user's own, for all services. */
  readonly rabbitmqUrl?: string | undefined;
};

/** Every variable that a service gets. */
export function serviceEnvironment(service: ServiceName, shop: ShopAddresses): Record<string, string> {
  const { ports, settings } = shop;
  const { asks = [], secrets = [], settings: wanted = [] } = SERVICE_TABLE[service];
  const { http, internal, grpc } = servicePorts(service);
  const own = ownSecrets(shop.secrets);
  return {
    NODE_ENV: 'development',
    LOG_LEVEL: settings.LOG_LEVEL,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(ports[http]),
    INTERNAL_PORT: String(ports[internal]),
    ...(grpc === undefined ? {} : { GRPC_PORT: String(ports[grpc]) }),
    OTEL_SERVICE_NAME: service,
    DATABASE_URL: databaseUrl(service, shop),
    ...Object.fromEntries(brokerUser(service).map((user) => ['RABBITMQ_URL', brokerUrl(user, shop)])),
    ...pick(neighbours(ports), asks),
    ...Object.fromEntries(secrets.map((name) => [name, own[name]])),
    ...pick(settings, wanted),
  };
}

/** What the steps that run once, migrations and demo data, need of it. */
export function oneShotEnvironment(service: ServiceName, shop: ShopAddresses): Record<string, string> {
  return {
    NODE_ENV: 'development',
    LOG_LEVEL: shop.settings.LOG_LEVEL,
    DATABASE_URL: databaseUrl(service, shop),
    ...pick(shop.settings, SERVICE_TABLE[service].seedSettings ?? []),
  };
}

/** Every variable that the gateway's dynamic configuration reads. */
export function gatewayEnvironment({ ports, settings }: ShopAddresses): Record<string, string> {
  const at = (port: PortName) => `http://127.0.0.1:${ports[port]}`;
  const limits = Object.entries(settings).filter(([name]) => name.startsWith('RL_'));
  return {
    OTEL_PROPAGATORS: 'tracecontext',
    USER_SERVICE_INTERNAL_URL: at('user-service-internal'),
    ...Object.fromEntries(SERVICES.map((service) => [`${variablePrefix(service)}_URLS`, at(service)])),
    ...Object.fromEntries(limits),
  };
}

export function databaseUrl(service: ServiceName, { ports, secrets }: ShopAddresses): string {
  const { database } = SERVICE_TABLE[service];
  return `postgres://${database}:${secrets.databasePasswords[service]}@127.0.0.1:${ports.postgres}/${database}`;
}

function brokerUrl(user: BrokerUser, { ports, secrets, rabbitmqUrl }: ShopAddresses): string {
  return rabbitmqUrl ?? `amqp://${user}:${secrets.brokerPasswords[user]}@127.0.0.1:${ports.rabbitmq}/${BROKER_VHOST}`;
}

/** Where each service can be asked by another. */
function neighbours(ports: Ports): Record<string, string> {
  const addresses = SERVICES.flatMap((service) => {
    const { internal, grpc } = servicePorts(service);
    return [
      [`${variablePrefix(service)}_INTERNAL_URL`, `http://127.0.0.1:${ports[internal]}`],
      ...(grpc === undefined ? [] : [[`${variablePrefix(service)}_GRPC`, `127.0.0.1:${ports[grpc]}`]]),
    ];
  });
  return Object.fromEntries(addresses);
}

/** `order-service` is `ORDER_SERVICE` in the names of variables. */
export function variablePrefix(service: ServiceName): string {
  return service.replaceAll('-', '_').toUpperCase();
}

/** Those that are named and not empty: an empty setting is one that a service has its own default for. */
function pick(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => names.includes(name) && value !== ''));
}
