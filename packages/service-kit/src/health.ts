import type { Lifecycle } from './lifecycle.ts';

const PROBE_TIMEOUT_MS = 2_000;

export type HealthResult = { status: 'ok' | 'degraded' | 'down'; detail?: string };

type PartHealth = HealthResult & {
  /** Absent until it was well for the first time. */
  last_ok_seconds_ago?: number;
};

export type HealthReport = {
  /** `ok` and `degraded` mean ready; everything else does not. */
  readonly status: 'ok' | 'degraded' | 'down' | 'starting' | 'stopping';
  readonly parts: Readonly<Record<string, PartHealth>>;
};

export type Health = {
  /**
   * Adds a part to the report. A required part (the default) that is down makes the service not ready; of one that is not
   * required the report says `degraded`, and the service stays ready. A probe that throws, or takes over 2 s, is `down`.
   */
  check(name: string, probe: () => HealthResult | Promise<HealthResult>, options?: { required?: boolean }): void;
  /** To be called once everything is open. Until then the report is `starting`. */
  markStarted(): void;
  readonly isStarted: boolean;
  /** Probes every part now, all at the same time. Callers that come while this runs share the answer. */
  ready(): Promise<HealthReport>;
};

type Part = {
  readonly name: string;
  readonly probe: () => HealthResult | Promise<HealthResult>;
  readonly isRequired: boolean;
  lastOkAt?: number;
};

export function createHealth(lifecycle: Lifecycle): Health {
  const parts: Part[] = [];
  let isStarted = false;
  let running: Promise<HealthReport> | undefined;

  async function report(): Promise<HealthReport> {
    const results = await Promise.all(parts.map(async (part) => [part, await probe(part)] as const));
    return {
      status: statusOf(results),
      parts: Object.fromEntries(results.map(([part, result]) => [part.name, result])),
    };
  }

  function statusOf(results: (readonly [Part, HealthResult])[]): HealthReport['status'] {
    if (lifecycle.isStopping) return 'stopping';
    if (!isStarted) return 'starting';
    if (results.some(([part, { status }]) => part.isRequired && status === 'down')) return 'down';
    return results.every(([, { status }]) => status === 'ok') ? 'ok' : 'degraded';
  }

  return {
    check(name, probe, { required = true } = {}) {
      parts.push({ name, probe, isRequired: required });
    },
    markStarted() {
      isStarted = true;
    },
    get isStarted() {
      return isStarted;
    },
    ready() {
      running ??= report().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

async function probe(part: Part): Promise<PartHealth> {
  const { promise: late, resolve } = Promise.withResolvers<HealthResult>();
  const timer = setTimeout(resolve, PROBE_TIMEOUT_MS, { status: 'down', detail: 'no answer within 2 s' });
  const result = await Promise.race([ask(part), late]);
  clearTimeout(timer);
  const now = performance.now();
  if (result.status === 'ok') part.lastOkAt = now;
  return part.lastOkAt === undefined
    ? result
    : { ...result, last_ok_seconds_ago: Math.round((now - part.lastOkAt) / 1000) };
}

async function ask({ probe }: Part): Promise<HealthResult> {
  try {
    return await probe();
  } catch (error) {
    return { status: 'down', detail: error instanceof Error ? error.message : 'the probe failed' };
  }
}
