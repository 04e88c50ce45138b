import type { Logger } from '@agora/telemetry';
import type { Pool } from 'pg';

export type PoolOptions = { url: string; service: string; max?: number; logger: Logger };
export function openPool(_options: PoolOptions): Pool {
  throw new Error('not yet');
}
export function databaseHealth(_pool: Pool): () => Promise<{ status: 'ok' | 'down'; detail?: string }> {
  throw new Error('not yet');
}
