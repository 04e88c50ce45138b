import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** Whether this database takes a consumer's first write. A plain SELECT would also succeed on a read-only standby. */
export async function probeDatabase(pool: Pool, consumer: string): Promise<boolean> {
  try {
    const client = await pool.connect();
    const ignore = (): void => {};
    client.on('error', ignore);
    let isIntact = false;
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO inbox (consumer, message_id) VALUES ($1, $2)', [consumer, uuidv7()]);
      await client.query('ROLLBACK');
      isIntact = true;
    } finally {
      client.off('error', ignore);
      client.release(!isIntact);
    }
    return true;
  } catch {
    return false;
  }
}
