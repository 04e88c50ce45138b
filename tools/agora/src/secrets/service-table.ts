/** What the launcher, the Compose one-shot and their tests know of a service. */
export type ServiceEntry = {
  /** Its database, and the role of that name. */
  readonly database: string;
  /** Where it listens natively when nobody else does. In a container all services have the same ports. */
  readonly ports: { readonly http: number; readonly internal: number; readonly grpc?: number };
  /** Has demo data: `src/seed.ts`. */
  readonly seeds: boolean;
  /** Its user at the broker, the exchange that it publishes to and the queue that it reads. */
  readonly broker?: { readonly user: string; readonly exchange?: string; readonly queue?: string };
  /** Which other services it asks, by the variable: `NAME_SERVICE_INTERNAL_URL` or `NAME_SERVICE_GRPC`. */
  readonly asks?: readonly string[];
  /** Random values of its own (`Secrets`), by the variables that carry them. */
  readonly secrets?: readonly OwnSecret[];
  /** Which of the shop's settings it is given, and which its demo data is made with. */
  readonly settings?: readonly string[];
  readonly seedSettings?: readonly string[];
};

export type OwnSecret = 'JWT_SECRETS' | 'IDENTITY_KEYS';

// The one place that lists the services. It imports nothing: the Compose one-shot runs this folder without packages.
const ENTRIES = {
  'user-service': {
    database: 'agora_user',
    ports: { http: 4001, internal: 4101 },
    seeds: true,
    asks: ['PRODUCT_SERVICE_GRPC'],
    secrets: ['JWT_SECRETS', 'IDENTITY_KEYS'],
    settings: ['ACCESS_TOKEN_TTL_SECONDS', 'BCRYPT_COST', 'PASSWORD_MIN_LENGTH'],
    seedSettings: ['BCRYPT_COST', 'ADMIN_EMAIL'],
  },
  'product-service': {
    database: 'agora_product',
    ports: { http: 4002, internal: 4102, grpc: 4302 },
    seeds: true,
    asks: ['USER_SERVICE_INTERNAL_URL'],
  },
  'order-service': {
    database: 'agora_order',
    ports: { http: 4003, internal: 4103 },
    seeds: false,
    broker: { user: 'order', exchange: 'orders', queue: 'stock_events' },
    asks: ['USER_SERVICE_INTERNAL_URL', 'PRODUCT_SERVICE_GRPC'],
    settings: ['RETRY_DELAYS_MS'],
  },
  'inventory-service': {
    database: 'agora_inventory',
    ports: { http: 4004, internal: 4104 },
    seeds: true,
    broker: { user: 'inventory', exchange: 'stock', queue: 'order_events' },
    asks: ['USER_SERVICE_INTERNAL_URL'],
    settings: ['RETRY_DELAYS_MS'],
  },
} as const satisfies Readonly<Record<string, ServiceEntry>>;

type Entries = typeof ENTRIES;
export type ServiceName = keyof Entries;
/** Services with a gRPC port. */
export type GrpcServiceName = {
  [Name in ServiceName]: Entries[Name]['ports'] extends { grpc: number } ? Name : never;
}[ServiceName];
type BrokerUserOf<Entry> = Entry extends { broker: { user: infer User extends string } } ? User : never;
/** `agora-admin` belongs to whoever starts the system, the others to one service each. */
export type BrokerUser = 'agora-admin' | BrokerUserOf<Entries[ServiceName]>;

export const SERVICE_TABLE: Readonly<Record<ServiceName, ServiceEntry>> = ENTRIES;
export const SERVICES = Object.keys(ENTRIES) as ServiceName[];

/** Services with a user at the broker. */
export const USES_BROKER: readonly ServiceName[] = SERVICES.filter((name) => SERVICE_TABLE[name].broker !== undefined);

/** Services that have demo data. user-service's is the admin. */
export const SEEDED: readonly ServiceName[] = SERVICES.filter((name) => SERVICE_TABLE[name].seeds);

export const BROKER_USERS: readonly BrokerUser[] = ['agora-admin', ...USES_BROKER.flatMap((name) => brokerUser(name))];

/** The user that a service has at the broker; none, or one. */
export function brokerUser(service: ServiceName): BrokerUser[] {
  const { broker } = SERVICE_TABLE[service];
  return broker === undefined ? [] : [broker.user as BrokerUser];
}
