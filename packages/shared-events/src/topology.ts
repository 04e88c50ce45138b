// Every broker name of the system, one export each: renaming one breaks the import on both sides, at typecheck and at start.

/** Domain events of order-service. */
export const ORDERS_EXCHANGE = 'orders';
/** inventory-service's queue on `orders`. */
export const ORDER_EVENTS_QUEUE = 'order_events';
export const ORDER_EVENTS_DEAD_LETTER_EXCHANGE = 'order_events.dlx';
export const ORDER_EVENTS_DEAD_QUEUE = 'order_events.dead';

/** Domain events of inventory-service. */
export const STOCK_EXCHANGE = 'stock';
/** order-service's queue on `stock`. */
export const STOCK_EVENTS_QUEUE = 'stock_events';
export const STOCK_EVENTS_DEAD_LETTER_EXCHANGE = 'stock_events.dlx';
export const STOCK_EVENTS_DEAD_QUEUE = 'stock_events.dead';

/** Waits between attempts, in ms; one retry queue each. Test runs shorten it by `RETRY_DELAYS_MS`. */
export const RETRY_DELAYS_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000];

/** The delay is part of the name: queue arguments cannot be changed, so another schedule means other queues. */
export function retryQueueName(queue: string, delayMs: number): string {
  return `${queue}.retry.${delayMs}`;
}

/** A work queue with everything that belongs to it. */
export type QueueTopology = {
  readonly exchange: string;
  readonly bindingKey: string;
  readonly queue: string;
  readonly deadLetterExchange: string;
  readonly deadQueue: string;
};

export const ORDER_EVENTS: QueueTopology = {
  exchange: ORDERS_EXCHANGE,
  bindingKey: 'order.#',
  queue: ORDER_EVENTS_QUEUE,
  deadLetterExchange: ORDER_EVENTS_DEAD_LETTER_EXCHANGE,
  deadQueue: ORDER_EVENTS_DEAD_QUEUE,
};

export const STOCK_EVENTS: QueueTopology = {
  exchange: STOCK_EXCHANGE,
  bindingKey: 'stock.#',
  queue: STOCK_EVENTS_QUEUE,
  deadLetterExchange: STOCK_EVENTS_DEAD_LETTER_EXCHANGE,
  deadQueue: STOCK_EVENTS_DEAD_QUEUE,
};
