import { type CloudEvent, declareTopology, type EventContract, type EventData } from '@agora/shared-events';
import { connect } from 'amqplib';

export type CollectedMessage = {
  readonly body: Buffer;
  readonly event: CloudEvent<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly routingKey: string;
};

export type EventBus = {
  /** Publishes the events as their publisher's relay would, all at once. Resolves when the broker has them. */
  publish<Contract extends EventContract>(
    contract: Contract,
    events: readonly CloudEvent<EventData<Contract>>[],
    headers?: Record<string, string>,
  ): Promise<void>;
  /** Takes everything out of a queue from now on; the array grows. */
  collect(queue: string): Promise<readonly CollectedMessage[]>;
  close(): Promise<void>;
};

/** Stands in for the neighbour at the other end of the events. The caller closes it. */
export async function connectEventBus(amqpUrl: string): Promise<EventBus> {
  const connection = await connect(amqpUrl, { noDelay: true });
  connection.on('error', () => {});
  const channel = await connection.createConfirmChannel();
  // Whichever service comes first does the same. The retry queues are named by their delays, which are the service's to choose.
  await declareTopology(channel, []);
  return {
    async publish(contract, events, headers = {}) {
      for (const event of events) {
        channel.publish(contract.exchange, contract.routingKey, Buffer.from(JSON.stringify(event)), {
          persistent: true,
          messageId: event.id,
          type: event.type,
          contentType: 'application/cloudevents+json',
          headers,
        });
      }
      await channel.waitForConfirms();
    },
    async collect(queue) {
      const collected: CollectedMessage[] = [];
      await channel.consume(
        queue,
        (message) => {
          if (message === null) return;
          const { content: body, properties, fields } = message;
          const event: CollectedMessage['event'] = JSON.parse(body.toString());
          collected.push({ body, event, headers: properties.headers ?? {}, routingKey: fields.routingKey });
        },
        { noAck: true },
      );
      return collected;
    },
    close: () => connection.close(),
  };
}
