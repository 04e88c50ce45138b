import { createHash } from 'node:crypto';
import type { Secrets } from './ensure-secrets.ts';
import { BROKER_USERS, brokerUser, SERVICE_TABLE, USES_BROKER } from './service-table.ts';

export const BROKER_VHOST = 'agora';

/** A person who looks at dead letters on the management page. */
export type Inspector = { readonly name: string; readonly password: string };

/**
 * RabbitMQ's definitions file (`load_definitions`): vhost, users with hashed passwords, permissions. No queue is in it: services
 * declare those. The same secrets give the same text. RabbitMQ makes no default user when it loads definitions.
 */
export function brokerDefinitions({ brokerPasswords }: Secrets, inspector?: Inspector): string {
  const users = [
    ...BROKER_USERS.map((name) => user(name, brokerPasswords[name], name === 'agora-admin' ? ['administrator'] : [])),
    ...(inspector === undefined ? [] : [user(inspector.name, inspector.password, ['management'])]),
  ];
  const permissions = [
    permission('agora-admin', '.*', '.*', '.*'),
    // Each declares the whole topology and republishes retries through the default exchange.
    ...USES_BROKER.flatMap(brokerUser).map((name) => permission(name, OURS, OURS_AND_DEFAULT_EXCHANGE, OURS)),
    // RabbitMQ knows no smaller right than read, which includes taking a dead letter away and emptying the queue.
    ...(inspector === undefined ? [] : [permission(inspector.name, NOTHING, NOTHING, DEAD_QUEUES)]),
  ];
  return `${JSON.stringify({ vhosts: [{ name: BROKER_VHOST }], users, permissions }, undefined, 2)}\n`;
}

const brokers = USES_BROKER.map((service) => SERVICE_TABLE[service].broker);
const EXCHANGES = brokers.flatMap((broker) => broker?.exchange ?? []);
const QUEUES = brokers.flatMap((broker) => broker?.queue ?? []).join('|');

// A queue's name begins those of its retry and dead-letter queues.
const OURS = anyOf(...EXCHANGES, `(${QUEUES}).*`);
const OURS_AND_DEFAULT_EXCHANGE = anyOf('amq\\.default', ...EXCHANGES, `(${QUEUES}).*`);
const DEAD_QUEUES = anyOf(`(${QUEUES})\\.dead`);
const NOTHING = '^$';

function anyOf(...patterns: readonly string[]): string {
  return `^(${patterns.join('|')})$`;
}

function permission(user: string, configure: string, write: string, read: string) {
  return { user, vhost: BROKER_VHOST, configure, write, read };
}

function user(name: string, password: string, tags: readonly string[]) {
  return {
    name,
    password_hash: hashPassword(name, password),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags: tags.join(','),
  };
}

// RabbitMQ's format: base64(salt + sha256(salt + password)). The salt follows from the content, so that the file does not change
// from start to start; the passwords are random, which is what a salt is for.
function hashPassword(name: string, password: string): string {
  const salt = createHash('sha256').update(`${name}:${password}`).digest().subarray(0, 4);
  const hash = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString('base64');
}
