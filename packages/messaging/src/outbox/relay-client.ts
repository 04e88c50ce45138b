import type { Pool, PoolClient } from 'pg';

/**
 * The relay's own connection, taken from the pool for as long as it lives: it must not queue behind requests. A relay that
 * hangs with locks held is ended by the server, so that another one can go on. Its commits need not wait for the disk: all a
 * crash can undo is that something was published, and then it is published again.
 */
export async function takeRelayClient(pool: Pool, onLost: () => void): Promise<PoolClient> {
  const client = await pool.connect();
  // Without a listener a lost connection would end the process; the next query reports it.
  client.on('error', onLost);
  try {
    await client.query(`
      SET synchronous_commit = off;
      SET statement_timeout = '10s';
      SET idle_in_transaction_session_timeout = '30s';
      SET client_connection_check_interval = '5s';
      SET tcp_keepalives_idle = 30`);
  } catch (error) {
    client.release(true);
    throw error;
  }
  return client;
}
