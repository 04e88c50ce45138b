export {
  type CloudEvent,
  type DeadReason,
  MAX_EVENT_BYTES,
  type NewEvent,
  newEvent,
  type ParsedEvent,
  parseEvent,
} from './cloud-event.ts';
export { declareTopology } from './declare-topology.ts';
export { dataSchemaOf, type EventContract, type EventData } from './event-contract.ts';
export { OrderPlaced } from './order-events.ts';
export { StockRejected, StockReserved } from './stock-events.ts';
export {
  ORDER_EVENTS,
  ORDER_EVENTS_DEAD_LETTER_EXCHANGE,
  ORDER_EVENTS_DEAD_QUEUE,
  ORDER_EVENTS_QUEUE,
  ORDERS_EXCHANGE,
  type QueueTopology,
  RETRY_DELAYS_MS,
  retryQueueName,
  STOCK_EVENTS,
  STOCK_EVENTS_DEAD_LETTER_EXCHANGE,
  STOCK_EVENTS_DEAD_QUEUE,
  STOCK_EVENTS_QUEUE,
  STOCK_EXCHANGE,
} from './topology.ts';
