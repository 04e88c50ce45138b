import { setTimeout as delay } from 'node:timers/promises';
import type { Ports } from '../services.ts';
import { readServiceHealth } from './service-health.ts';

const TIMEOUT_MS = 30_000;

/** Services accept orders without a broker, and say so; the shop is whole when they have one. */
export async function waitForBrokerUsers(ports: Ports, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (const service of ['order-service', 'inventory-service'] as const) {
    for (;;) {
      const { status, detail } = await readServiceHealth(ports[`${service}-internal`]);
      if (status === 'ok') break;
      if (performance.now() > deadline) {
        throw new Error(`${service} is ${status} after ${TIMEOUT_MS / 1000} s: ${detail}`);
      }
      await delay(50, undefined, { signal });
    }
  }
}
