import { Pool } from 'undici';

/** One answer of the gateway; `body` is parsed when the service said JSON, else the text as it came. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
};

type Call = { readonly token?: string; readonly json?: unknown; readonly headers?: Record<string, string> };

/** Talks to a shop through its gateway, as a client program would. Keep-alive connections; `close` ends them. */
export type ShopClient = {
  call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, call?: Call): Promise<Answer>;
  /** Signs up, logs in and answers with the token. Throws when either is refused. */
  newCustomer(customer: { name: string; email: string; password: string }): Promise<{ id: string; token: string }>;
  login(email: string, password: string): Promise<string>;
  close(): Promise<void>;
};

export function createShopClient(base: string, { connections = 32 }: { connections?: number } = {}): ShopClient {
  const pool = new Pool(new URL(base).origin, { connections, bodyTimeout: 30_000, headersTimeout: 30_000 });

  const client: ShopClient = {
    async call(method, path, { token, json, headers = {} } = {}) {
      const response = await pool.request({
        method,
        path,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      const text = await response.body.text();
      const isJson = /\bjson\b/.test(String(response.headers['content-type']));
      return { status: response.statusCode, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },

    async newCustomer(customer) {
      const signup = await client.call('POST', '/auth/signup', { json: customer });
      if (signup.status !== 201) throw new Error(`signup answered ${signup.status}: ${JSON.stringify(signup.body)}`);
      return { id: field(signup.body, 'id'), token: await client.login(customer.email, customer.password) };
    },

    async login(email, password) {
      const login = await client.call('POST', '/auth/login', { json: { email, password } });
      if (login.status !== 200) throw new Error(`login answered ${login.status}: ${JSON.stringify(login.body)}`);
      return field(login.body, 'access_token');
    },

    close: () => pool.close(),
  };
  return client;
}

/** A string field of a JSON answer; throws an Error that names it when it is not there. */
export function field(body: unknown, name: string): string {
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  if (typeof value !== 'string') throw new Error(`the answer has no ${name}: ${JSON.stringify(body)}`);
  return value;
}

/** A number field of a JSON answer; throws an Error that names it when it is not there. */
export function numberField(body: unknown, name: string): number {
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  if (typeof value !== 'number') throw new Error(`the answer has no ${name}: ${JSON.stringify(body)}`);
  return value;
}
