import type { Lifecycle } from './lifecycle.ts';

export type HealthResult = { status: 'ok' | 'degraded' | 'down'; detail?: string };

export type HealthReport = {
  readonly status: 'ok' | 'degraded' | 'down' | 'starting' | 'stopping';
  readonly parts: Readonly<Record<string, HealthResult & { last_ok_seconds_ago?: number }>>;
};

export type Health = {
  check(name: string, probe: () => HealthResult | Promise<HealthResult>, options?: { required?: boolean }): void;
  markStarted(): void;
  readonly isStarted: boolean;
  ready(): Promise<HealthReport>;
};

export function createHealth(_lifecycle: Lifecycle): Health {
  throw new Error('not implemented');
}
