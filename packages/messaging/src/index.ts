export { type Broker, type BrokerHealth, type BrokerOptions, connectBroker } from './broker/connect-broker.ts';
export { type Consumer, type ConsumerOptions, startConsumer } from './consumer/start-consumer.ts';
export { type FreshEvent, type Outcome, onBatch, type Refusal, type Subscription } from './consumer/subscription.ts';
export { addToOutbox, OUTBOX_COLUMNS, type OutboxEvent, outboxEvent, outboxValues } from './outbox/outbox-event.ts';
export { type Relay, type RelayOptions, startRelay } from './outbox/start-relay.ts';
export type { Tx } from './transaction.ts';
