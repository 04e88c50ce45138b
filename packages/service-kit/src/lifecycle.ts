import type { Logger } from '@agora/telemetry';

export type Lifecycle = {
  onStop(name: string, close: () => unknown | Promise<unknown>): void;
  readonly isStopping: boolean;
  onStopping(listener: () => void): void;
  stop(): Promise<void>;
};

export function createLifecycle(_logger: Logger): Lifecycle {
  throw new Error('not implemented');
}
