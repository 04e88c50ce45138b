import { BROKER_VHOST } from './secrets/broker-definitions.ts';
import { DATABASES, type Secrets, type ServiceName } from './secrets/ensure-secrets.ts';

/** Where everything listens when nobody else does. */
export const USUAL_PORTS = {
  gateway: 80,
  'gateway-dashboard': 8080,
  'gateway-internal': 8082,
  postgres: 5432,
  rabbitmq: 5672,
  'rabbitmq-management': 15672,
  'user-service': 4001,
  'user-service-internal': 4101,
  'product-service': 4002,
  'product-service-internal': 4102,
  'product-service-grpc': 4302,
  'order-service': 4003,
  'order-service-internal': 4103,
  'inventory-service': 4004,
  'inventory-service-internal': 4104,
} as const;

export type PortName = keyof typeof USUAL_PORTS;
export type Ports = Readonly<Record<PortName, number>>;

export const SERVICES = Object.keys(DATABASES) as ServiceName[];

/** Services that have demo data. user-service's is the admin. */
export const SEEDED: readonly ServiceName[] = ['user-service', 'product-service', 'inventory-service'];

export const USES_BROKER: readonly ServiceName[] = ['order-service', 'inventory-service'];

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
  const user = { USER_SERVICE_INTERNAL_URL: `http://127.0.0.1:${ports['user-service-internal']}` };
  const catalog = { PRODUCT_SERVICE_GRPC: `127.0.0.1:${ports['product-service-grpc']}` };
  const retries = settings.RETRY_DELAYS_MS === '' ? {} : { RETRY_DELAYS_MS: settings.RETRY_DELAYS_MS };
  const own: Record<ServiceName, Record<string, string>> = {
    'user-service': {
      ...catalog,
      JWT_SECRETS: shop.secrets.jwtSecrets,
      IDENTITY_KEYS: shop.secrets.identityKeys,
      ACCESS_TOKEN_TTL_SECONDS: settings.ACCESS_TOKEN_TTL_SECONDS,
      BCRYPT_COST: settings.BCRYPT_COST,
      PASSWORD_MIN_LENGTH: settings.PASSWORD_MIN_LENGTH,
    },
    'product-service': { ...user, GRPC_PORT: String(ports['product-service-grpc']) },
    'order-service': { ...user, ...catalog, RABBITMQ_URL: brokerUrl('order', shop), ...retries },
    'inventory-service': { ...user, RABBITMQ_URL: brokerUrl('inventory', shop), ...retries },
  };
  return {
    NODE_ENV: 'development',
    LOG_LEVEL: settings.LOG_LEVEL,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(ports[service]),
    INTERNAL_PORT: String(ports[`${service}-internal`]),
    OTEL_SERVICE_NAME: service,
    DATABASE_URL: databaseUrl(service, shop),
    ...own[service],
  };
}

/** What the steps that run once, migrations and demo data, need of it. */
export function oneShotEnvironment(service: ServiceName, shop: ShopAddresses): Record<string, string> {
  const { BCRYPT_COST, ADMIN_EMAIL, LOG_LEVEL } = shop.settings;
  const admin = service === 'user-service' ? { BCRYPT_COST, ADMIN_EMAIL } : {};
  return { NODE_ENV: 'development', LOG_LEVEL, DATABASE_URL: databaseUrl(service, shop), ...admin };
}

/** Every variable that the gateway's dynamic configuration reads. */
export function gatewayEnvironment({ ports, settings }: ShopAddresses): Record<string, string> {
  const at = (port: PortName) => `http://127.0.0.1:${ports[port]}`;
  const limits = Object.entries(settings).filter(([name]) => name.startsWith('RL_'));
  return {
    OTEL_PROPAGATORS: 'tracecontext',
    USER_SERVICE_INTERNAL_URL: at('user-service-internal'),
    USER_SERVICE_URLS: at('user-service'),
    PRODUCT_SERVICE_URLS: at('product-service'),
    ORDER_SERVICE_URLS: at('order-service'),
    INVENTORY_SERVICE_URLS: at('inventory-service'),
    ...Object.fromEntries(limits),
  };
}

export function databaseUrl(service: ServiceName, { ports, secrets }: ShopAddresses): string {
  const role = DATABASES[service];
  return `postgres://${role}:${secrets.databasePasswords[service]}@127.0.0.1:${ports.postgres}/${role}`;
}

function brokerUrl(user: 'order' | 'inventory', { ports, secrets, rabbitmqUrl }: ShopAddresses): string {
  return rabbitmqUrl ?? `amqp://${user}:${secrets.brokerPasswords[user]}@127.0.0.1:${ports.rabbitmq}/${BROKER_VHOST}`;
}
