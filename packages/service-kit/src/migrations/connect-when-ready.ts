import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

// Not there yet, as opposed to there and refusing us: a wrong password does not get better by waiting.
const NOT_YET = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', '57P03']);

/** A connected client. Waits for a database that is still starting; any other refusal is thrown at once. The caller ends it. */
export async function connectWhenReady(url: string, waitMs: number, log: (line: string) => void): Promise<Client> {
  const deadline = Date.now() + waitMs;
  for (let waiting = false; ; waiting = true) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'migrate' });
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end();
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!NOT_YET.has(code) || Date.now() >= deadline) throw error;
      if (!waiting) log(`waiting for the database (${code})`);
      await delay(250);
    }
  }
}
