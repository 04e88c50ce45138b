import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './database.ts';

async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('the database of a service', () => {
  let products: TestDatabase;
  let orders: TestDatabase;

  beforeAll(async () => {
    [products, orders] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  });
  afterAll(() => Promise.all([products.close(), orders.close()]));

  it('is opened by its own role', async () => {
    await connected(products.url, (client) => client.query('CREATE TABLE mine (id int)'));
  });

  it("can't be opened by the role of another service, though the login is good", async () => {
    const foreign = new URL(orders.url);
    foreign.pathname = new URL(products.url).pathname;
    // 42501: permission denied for database.
    await expect(connected(foreign.href, async () => {})).rejects.toMatchObject({ code: '42501' });
  });

  it("can't be opened for another service by its owner", async () => {
    const guest = new URL(orders.url).username;
    const owner = new URL(products.url).username;
    const grant = connected(orders.url, (client) => client.query(`GRANT ${owner} TO ${guest}`));
    await expect(grant).rejects.toMatchObject({ code: '42501' });
  });

  it('gives its role nothing that belongs to the server', async () => {
    await connected(products.url, async (client) => {
      const { rows } = await client.query(
        'SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user',
      );
      expect(Object.values(rows[0])).toEqual([false, false, false, false, false]);
      await expect(client.query("SELECT pg_read_file('/etc/passwd')")).rejects.toMatchObject({ code: '42501' });
    });
  });
});
