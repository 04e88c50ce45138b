import type { Logger } from '@agora/telemetry';

export type BrokerHealth = { readonly status: 'ok' | 'degraded'; readonly detail?: string };

export type Broker = {
  health(): BrokerHealth;
  running(): Promise<void>;
  close(): Promise<void>;
};

export type BrokerOptions = {
  readonly url: string;
  readonly service: string;
  readonly retryDelaysMs?: readonly number[];
  readonly logger: Logger;
};

export function connectBroker(_options: BrokerOptions): Broker {
  throw new Error('not yet');
}
