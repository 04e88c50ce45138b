import { OUTBOX_COLUMNS, outboxValues } from '@agora/messaging';
import type { Pool } from 'pg';
import type { Order } from '../orders/order.ts';
import type { Prisma, PrismaClient } from './generated/client.ts';
import { orderPlaced } from './outbox.ts';

type OrderPage = { readonly orders: readonly Order[]; readonly next: string | undefined };

export type OrderRepository = {
  /** Stores the order and its announcement, both or neither. */
  add(order: Order): Promise<void>;
  /** Undefined for somebody else's order as well. */
  find(userId: string, id: string): Promise<Order | undefined>;
  /** Newest first, those before the id `before`; `next` continues, if there is more. */
  page(userId: string, before: string | undefined, limit: number): Promise<OrderPage>;
};

export type OrderRepositoryDeps = {
  readonly pool: Pool;
  readonly prisma: PrismaClient;
  /** Called when an order was committed: its announcement waits in the outbox. */
  readonly onStored: () => void;
};

// One statement is one round trip and one commit. The foreign key is checked at its end, when both rows are there.
const ADD = `
  WITH placed AS (
    INSERT INTO orders (id, user_id, status, currency, version, created_at) VALUES ($7, $8, $9, $10, $11, $12)
  ), line AS (
    INSERT INTO order_lines (order_id, position, product_id, quantity, unit_price_cents)
    SELECT $7, position, product_id, quantity, unit_price_cents
      FROM unnest($13::int[], $14::int[], $15::int[]) WITH ORDINALITY AS l (product_id, quantity, unit_price_cents, position)
  )
  INSERT INTO outbox (${OUTBOX_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)`;

export function createOrderRepository({ pool, prisma, onStored }: OrderRepositoryDeps): OrderRepository {
  return {
    async add(order) {
      const { id, userId, status, currency, version, createdAt, lines } = order;
      const values = [
        ...outboxValues(orderPlaced(order)),
        ...[id, userId, status, currency, version, createdAt],
        lines.map(({ productId }) => productId),
        lines.map(({ quantity }) => quantity),
        lines.map(({ unitPriceCents }) => unitPriceCents),
      ];
      await pool.query({ name: 'add-order', text: ADD, values });
      onStored();
    },

    async find(userId, id) {
      const row = await prisma.order.findFirst({ where: { id, userId }, include });
      return row === null ? undefined : toOrder(row);
    },

    async page(userId, before, limit) {
      const where = before === undefined ? { userId } : { userId, id: { lt: before } };
      const rows = await prisma.order.findMany({ where, include, orderBy: { id: 'desc' }, take: limit + 1 });
      const orders = rows.slice(0, limit).map(toOrder);
      return { orders, next: rows.length > limit ? orders.at(-1)?.id : undefined };
    },
  };
}

const include = {
  lines: { select: { productId: true, quantity: true, unitPriceCents: true }, orderBy: { position: 'asc' } },
} as const;

type OrderRow = Prisma.OrderGetPayload<{ include: typeof include }>;

function toOrder({ reason, ...row }: OrderRow): Order {
  return { ...row, ...(reason === null ? {} : { reason }) };
}
