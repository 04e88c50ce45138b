import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

export type TestVhost = {
  /** As the administrator, in the vhost. */
  readonly amqpUrl: string;
  /** Without credentials or path, to be used with `credentials`. */
  readonly managementUrl: string;
  readonly credentials: { readonly username: string; readonly password: string };
  readonly vhost: string;
  /** Asks the management API, `path` after `/api/`; answers the parsed body, undefined for an empty one. Throws on a refusal. */
  management<T = unknown>(method: string, path: string, body?: object): Promise<T>;
  /** Deletes the vhost, with all queues and connections in it. */
  close(): Promise<void>;
};

/** A vhost of its own on the run's broker. The caller closes it, usually in `afterAll`. */
export async function createTestVhost(): Promise<TestVhost> {
  const { rabbitmqUrl, rabbitmqManagementUrl } = inject('servers');
  const vhost = `test-${randomBytes(6).toString('hex')}`;
  const address = new URL(rabbitmqManagementUrl);
  const credentials = {
    username: decodeURIComponent(address.username),
    password: decodeURIComponent(address.password),
  };
  const management = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${address.origin}/api/${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /api/${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  await management('PUT', `vhosts/${vhost}`, {});
  const amqp = new URL(rabbitmqUrl);
  await management('PUT', `permissions/${vhost}/${decodeURIComponent(amqp.username)}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  amqp.pathname = `/${vhost}`;
  return {
    amqpUrl: amqp.href,
    managementUrl: address.origin,
    credentials,
    vhost,
    management,
    close: () => management('DELETE', `vhosts/${vhost}`),
  };
}
