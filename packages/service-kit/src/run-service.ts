import type { Logger } from '@agora/telemetry';
import type { Lifecycle } from './lifecycle.ts';

export type ServiceContext = { readonly lifecycle: Lifecycle; readonly logger: Logger };

export async function runService<C extends { OTEL_SERVICE_NAME: string; LOG_LEVEL: string }>(
  _readConfig: () => C,
  _start: (config: C, context: ServiceContext) => Promise<unknown>,
): Promise<void> {
  throw new Error('not implemented');
}
