import { ORDER_EVENTS_QUEUE, OrderPlaced } from '@agora/shared-events';
import { eventually } from '@agora/tests/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addToOutbox, type Broker, type Relay, startRelay } from '../src/index.ts';
import { createRig, orderId, placed, type Rig } from './support/rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

function relayOn(broker: Broker, pool = rig.pool): Relay {
  const relay = startRelay({
    broker,
    pool,
    contracts: [OrderPlaced],
    reaches: [ORDER_EVENTS_QUEUE],
    logger: rig.log.logger,
  });
  rig.after(() => relay.drain());
  return relay;
}

describe('relay', () => {
  it('publishes what is in the outbox, with its headers, and empties it', async () => {
    const broker = rig.newBroker();
    const relay = relayOn(broker);
    const event = placed();
    await addToOutbox(rig.pool, [{ ...event, headers: { 'x-request-id': 'request-0001' } }]);
    relay.kick();
    await eventually(async () => (await rig.count('outbox')) === 0);
    const [message] = await rig.takeAll(ORDER_EVENTS_QUEUE);
    expect(JSON.parse(String(message?.content))).toEqual(event.envelope);
    expect(message?.properties).toMatchObject({
      messageId: event.envelope.id,
      type: 'OrderPlaced',
      contentType: 'application/cloudevents+json',
      deliveryMode: 2,
      headers: { 'x-request-id': 'request-0001' },
    });
    expect(broker.health()).toEqual({ status: 'ok' });
  });
});

it('x', () => {
  expect(orderId()).not.toBe(orderId());
});
