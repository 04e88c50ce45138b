import type { Logger } from '@agora/telemetry';
import { Pool } from 'pg';

export type PoolOptions = {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly service: string;
  /** Connections at most; 10 when absent. */
  readonly max?: number;
  readonly logger: Logger;
};

/**
 * A pool whose sessions cannot hang: statements end after 5 s, transactions that do nothing after 10 s.
 * Opens nothing until the first query, and survives a database that restarts. The caller ends it.
 */
export function openPool({ url, service, max = 10, logger }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max,
    application_name: service,
    connectionTimeoutMillis: 3_000,
    statement_timeout: 5_000,
    idle_in_transaction_session_timeout: 10_000,
    // Without it a connection whose peer is gone is noticed after hours.
    keepAlive: true,
    idleTimeoutMillis: 60_000,
  });
  // Postgres restarting breaks idle connections. The pool replaces them; unheard, the error would end the process.
  pool.on('error', (err) => logger.warn({ err }, 'idle database connection lost'));
  return pool;
}
