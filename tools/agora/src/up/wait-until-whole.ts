import { setTimeout as delay } from 'node:timers/promises';
import { USES_BROKER } from '../secrets/service-table.ts';
import type { Ports } from '../services.ts';
import { readServiceHealth } from './service-health.ts';

const TIMEOUT_MS = 30_000;

/** Every part runs by itself already: the services have to find the broker, and the gateway the services. */
export async function waitUntilWhole(ports: Ports, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  const wanting = [() => gatewayProblem(ports), ...USES_BROKER.map((name) => () => serviceProblem(name, ports))];
  for (const problemNow of wanting) {
    for (let problem = await problemNow(); problem !== undefined; problem = await problemNow()) {
      if (performance.now() > deadline) throw new Error(`after ${TIMEOUT_MS / 1000} s ${problem}`);
      await delay(50, undefined, { signal });
    }
  }
}

async function serviceProblem(service: (typeof USES_BROKER)[number], ports: Ports): Promise<string | undefined> {
  const { status, detail } = await readServiceHealth(ports[`${service}-internal`]);
  return status === 'ok' ? undefined : `${service} is ${status}: ${detail}`;
}

/** Only a request that got through to verify is refused with 401. */
async function gatewayProblem(ports: Ports): Promise<string | undefined> {
  const url = `http://127.0.0.1:${ports.gateway}/orders/`;
  const status = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    () => undefined,
  );
  return status === 401 ? undefined : `the gateway answers ${status ?? 'nothing'} where it should refuse with 401`;
}
