import { readFileSync } from 'node:fs';
import { newEvent, OrderPlaced, StockRejected, StockReserved } from '@agora/shared-events';
import { createTestVhost, type TestVhost } from '@agora/tests/broker';
import { createTestDatabase } from '@agora/tests/database';
import { createTestLogger, type TestLogger } from '@agora/tests/logger';
import { type Channel, type ChannelModel, connect, type GetMessage, type Options } from 'amqplib';
import pg from 'pg';
import { type Broker, type BrokerOptions, connectBroker, type OutboxEvent, outboxEvent } from '../../src/index.ts';

const TABLES = readFileSync(new URL('../../sql/tables.sql', import.meta.url), 'utf8');

export type Rig = {
  readonly vhost: TestVhost;
  readonly databaseUrl: string;
  readonly pool: pg.Pool;
  readonly channel: Channel;
  readonly log: TestLogger;
  newPool(url?: string): pg.Pool;
  newBroker(options?: Partial<BrokerOptions>): Broker;
  /** Undoes things in reverse order when the test is over. */
  after(undo: () => unknown): void;
  /** Everything in a queue, taken out of it. */
  takeAll(queue: string): Promise<GetMessage[]>;
  count(table: string): Promise<number>;
  close(): Promise<void>;
};

export const SHORT_LADDER = [50, 100];

/** A database with the three tables, a vhost, an observer's channel, and whatever a test adds; one `close` for all. */
export async function createRig(): Promise<Rig> {
  const database = await createTestDatabase();
  const vhost = await createTestVhost();
  const log = createTestLogger();
  const undos: (() => unknown)[] = [];
  const observer: ChannelModel = await connect(vhost.amqpUrl, { noDelay: true });
  observer.on('error', () => {});
  const channel = await observer.createChannel();
  const newPool = (url = database.url): pg.Pool => {
    const pool = new pg.Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 5_000 });
    pool.on('error', () => {});
    undos.push(() => pool.end());
    return pool;
  };
  const pool = newPool();
  await pool.query(TABLES);
  await pool.query('CREATE TABLE effects (event_id uuid NOT NULL, subject text NOT NULL, position bigserial)');

  return {
    vhost,
    databaseUrl: database.url,
    pool,
    channel,
    log,
    newPool,
    newBroker: (options) => {
      const broker = connectBroker({
        url: vhost.amqpUrl,
        service: 'test',
        retryDelaysMs: SHORT_LADDER,
        logger: log.logger,
        ...options,
      });
      undos.push(() => broker.close());
      return broker;
    },
    after: (undo) => undos.push(undo),
    takeAll: async (queue) => {
      const messages: GetMessage[] = [];
      for (;;) {
        const message = await channel.get(queue, { noAck: true });
        if (message === false) return messages;
        messages.push(message);
      }
    },
    count: async (table) => {
      const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
      return rows[0]?.n ?? 0;
    },
    close: async () => {
      for (const undo of undos.reverse()) await undo();
      await observer.close().catch(() => {});
      await vhost.close();
      await database.close();
    },
  };
}

let made = 0;

/** A lower-case UUID that is different each time. */
export function orderId(): string {
  made += 1;
  return `0199b0a2-0000-7000-8000-${made.toString(16).padStart(12, '0')}`;
}

export function placed(order = orderId(), version = 1): OutboxEvent {
  return outboxEvent(OrderPlaced, {
    source: '/test',
    subject: order,
    aggregateVersion: version,
    data: {
      order_id: order,
      user_id: order,
      currency: 'EUR',
      lines: [{ product_id: 99, quantity: 1, unit_price_cents: 1_000 }],
    },
  });
}

/** A body as order-service would publish it. */
export function placedBody(order = orderId()): { id: string; body: Buffer } {
  const { envelope } = placed(order);
  return { id: envelope.id, body: Buffer.from(JSON.stringify(envelope)) };
}

export function stockAnswer(kind: 'reserved' | 'rejected', order: string): Buffer {
  const lines = [{ product_id: 99, quantity: 1 }];
  const about = { source: '/test', subject: order, aggregateVersion: 1 };
  const event =
    kind === 'reserved'
      ? newEvent(StockReserved, { ...about, data: { order_id: order, lines } })
      : newEvent(StockRejected, { ...about, data: { order_id: order, lines, reason: 'out_of_stock' } });
  return Buffer.from(JSON.stringify(event));
}

/** Publishes to a queue directly, as a tool would. */
export function send(rig: Rig, queue: string, body: Buffer, options: Options.Publish = {}): void {
  rig.channel.sendToQueue(queue, body, { persistent: true, ...options });
}
