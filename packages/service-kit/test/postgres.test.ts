import { databaseHealth, openPool } from '@agora/service-kit/postgres';
import { createTestDatabase, type TestDatabase } from '@agora/tests/database';
import { eventually } from '@agora/tests/eventually';
import { createTestLogger } from '@agora/tests/logger';
import type { Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('openPool', () => {
  const { logger, lines } = createTestLogger();
  let database: TestDatabase;
  let pool: Pool;

  beforeEach(async () => {
    database = await createTestDatabase();
    pool = openPool({ url: database.url, service: 'test-service', max: 2, logger });
  });
  afterEach(async () => {
    await pool.end();
    await database.close();
    lines.length = 0;
  });

  it('names the service to the database', async () => {
    const { rows } = await pool.query('SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()');
    expect(rows).toEqual([{ application_name: 'test-service' }]);
  });

  it.each([
    ['statement_timeout', '5s'],
    ['idle_in_transaction_session_timeout', '10s'],
  ])('bounds %s to %s', async (setting, value) => {
    const { rows } = await pool.query(`SHOW ${setting}`);
    expect(rows).toEqual([{ [setting]: value }]);
  });

  it('ends a statement that takes too long', async () => {
    await expect(pool.query('SELECT pg_sleep(10)')).rejects.toMatchObject({ code: '57014' });
  });

  it('outlives its connections: it says that one was lost, and opens another', async () => {
    await pool.query('SELECT 1');
    await database.cut();
    await eventually(() =>
      expect(lines).toContainEqual(expect.objectContaining({ msg: 'idle database connection lost' })),
    );
    await database.restore();
    await expect(pool.query('SELECT 1 AS answer')).resolves.toMatchObject({ rows: [{ answer: 1 }] });
  });

  describe('databaseHealth', () => {
    it('is ok while the database answers, down while it does not, and ok again', async () => {
      const probe = databaseHealth(pool);
      await expect(probe()).resolves.toEqual({ status: 'ok' });
      await database.cut();
      await eventually(async () => expect((await probe()).status).toBe('down'));
      await database.restore();
      await eventually(async () => expect(await probe()).toEqual({ status: 'ok' }));
    });

    it('names the reason by its code, without address or role', async () => {
      const absent = openPool({ url: 'postgres://ada:secret@127.0.0.1:1/shop', service: 'test-service', logger });
      await expect(databaseHealth(absent)()).resolves.toEqual({ status: 'down', detail: 'ECONNREFUSED' });
      await absent.end();
    });

    it('does not wait for a pool that is busy for longer than a second', async () => {
      const busy = [pool.query('SELECT pg_sleep(2)'), pool.query('SELECT pg_sleep(2)')];
      const startedAt = Date.now();
      await expect(databaseHealth(pool)()).resolves.toEqual({ status: 'down', detail: 'no answer within 1 s' });
      expect(Date.now() - startedAt).toBeLessThan(1_900);
      await Promise.all(busy);
    });
  });
});
