import { readFileSync, statSync } from 'node:fs';
import { Client } from 'pg';

export type Cost = { readonly statements: number; readonly commits: number };

/** Counts what a shop asks of its Postgres, from the server's own log. The caller closes it: logging is switched off again. */
export type StatementLog = {
  /** From here on. */
  reset(): void;
  /** By service, since the last reset. Idle polls of the outbox, and probes, are not counted: they cost the same without orders. */
  costs(): Record<string, Cost>;
  close(): Promise<void>;
};

// `agora_outbox_due` is the relay asking whether there is anything to do, about once a second.
const IDLE = /execute agora_outbox_due|SELECT 1$/;
const LINE = /^@@([a-z-]+)@([^@]+)@LOG: {2}(?:statement: |execute ([^:]+): )(.*)$/;

export async function openStatementLog(databaseUrl: string, logFile: string): Promise<StatementLog> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const set = async (statement: string, prefix: string) => {
    await client.query(`ALTER SYSTEM SET log_statement = '${statement}'`);
    await client.query(`ALTER SYSTEM SET log_line_prefix = '${prefix}'`);
    await client.query('SELECT pg_reload_conf()');
  };
  await set('all', '@@%a@%c@');
  let start = 0;
  return {
    reset: () => {
      start = statSync(logFile).size;
    },
    costs: () => countCosts(readFileSync(logFile).subarray(start).toString('utf8')),
    close: async () => {
      await set('none', '%m [%p] ');
      await client.end();
    },
  };
}

/** One line of the log is one message of a client: a statement sent with others in one message counts once. */
export function countCosts(log: string): Record<string, Cost> {
  const costs: Record<string, { statements: number; commits: number }> = {};
  const openTransactions = new Set<string>();
  for (const line of log.split('\n')) {
    const [, service, session, , sql = ''] = LINE.exec(line) ?? [];
    if (service === undefined || session === undefined || !service.endsWith('-service') || IDLE.test(line)) continue;
    costs[service] ??= { statements: 0, commits: 0 };
    const cost = costs[service];
    cost.statements += 1;
    if (sql.startsWith('BEGIN')) openTransactions.add(session);
    else if (sql.startsWith('COMMIT')) {
      openTransactions.delete(session);
      cost.commits += 1;
    } else if (!openTransactions.has(session)) cost.commits += 1;
  }
  return costs;
}
