import type { EventContract } from '@agora/shared-events';
import type { Logger } from '@agora/telemetry';
import type { Pool } from 'pg';
import type { Broker } from '../broker/connect-broker.ts';

export type Relay = { kick(): void; drain(): Promise<void> };

export type RelayOptions = {
  readonly broker: Broker;
  readonly pool: Pool;
  readonly contracts: readonly EventContract[];
  readonly reaches: readonly string[];
  readonly logger: Logger;
};

export function startRelay(_options: RelayOptions): Relay {
  throw new Error('not yet');
}
