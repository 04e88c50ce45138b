import { join } from 'node:path';
import { inject } from 'vitest';
import { ensureSecrets } from '../../tools/agora/src/secrets/ensure-secrets.ts';
import { createShopClient, field, numberField, type ShopClient } from '../../tools/agora/src/shop/shop-client.ts';
import { type PartStatus, readShopStatus } from '../../tools/agora/src/up/shop-status.ts';

/** The shop of this run, seen from a test: through its gateway, and from its owner's chair. */
export type ShopUnderTest = {
  readonly base: string;
  readonly http: ShopClient;
  /** A new customer, signed up and logged in. */
  customer(): Promise<{ id: string; token: string }>;
  adminToken(): Promise<string>;
  /** `./agora status --json`: the parts by name. */
  parts(): Promise<Map<string, PartStatus>>;
  stockOf(productId: number): Promise<{ stock: number; reserved: number }>;
  setStock(productId: number, stock: number): Promise<void>;
  statusOf(orderId: string, token: string): Promise<string>;
  /** The broker's management API as `agora-admin`; `path` after `/api/`. */
  management<T>(method: string, path: string, body?: object): Promise<T>;
  /** `postgres://…` of the superuser, for the database named. */
  databaseUrl(name: string): Promise<string>;
  close(): Promise<void>;
};

let customers = 0;

export function shopUnderTest(): ShopUnderTest {
  const { base, directory, admin } = inject('shop');
  const http = createShopClient(base, { connections: 64 });
  const secrets = ensureSecrets(join(directory, 'secrets'));
  let token: Promise<string> | undefined;

  const shop: ShopUnderTest = {
    base,
    http,
    customer: () => {
      const email = `e2e-${process.pid}-${Date.now()}-${customers++}@example.com`;
      return http.newCustomer({ name: 'e2e', email, password: 'a long enough passphrase' });
    },
    adminToken: () => {
      token ??= http.login(admin.email, admin.password);
      return token;
    },
    parts: async () => {
      const { parts } = await readShopStatus(directory);
      return new Map(parts.map((part) => [part.name, part]));
    },
    stockOf: async (productId) => {
      const { body } = await http.call('GET', `/inventory/${productId}`, { token: await shop.adminToken() });
      return { stock: numberField(body, 'stock'), reserved: numberField(body, 'reserved') };
    },
    setStock: async (productId, stock) => {
      const answer = await http.call('PUT', `/inventory/${productId}`, {
        token: await shop.adminToken(),
        json: { stock },
      });
      if (answer.status !== 200) throw new Error(`PUT /inventory answered ${answer.status}`);
    },
    statusOf: async (orderId, customerToken) => {
      const answer = await http.call('GET', `/orders/${orderId}`, { token: customerToken });
      return answer.status === 200 ? field(answer.body, 'status') : `HTTP ${answer.status}`;
    },
    management: async (method, path, body) => {
      const port = (await shop.parts()).get('rabbitmq')?.ports.management;
      const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`agora-admin:${secrets.brokerPasswords['agora-admin']}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} /api/${path}: ${response.status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
    databaseUrl: async (name) => {
      const port = (await shop.parts()).get('postgres')?.ports.postgres;
      return `postgres://postgres:${secrets.postgresPassword}@127.0.0.1:${port}/${name}`;
    },
    close: () => http.close(),
  };
  return shop;
}
