import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { shopUnderTest } from '../support/shop.ts';
import { openStatementLog, type StatementLog } from '../support/statement-log.ts';

// What one order costs, exactly. A slower change shows here on any machine; so does a faster one: lower the number then.
const PLACED = {
  'user-service': { statements: 1, commits: 1 }, // the account behind the token
  'order-service': { statements: 10, commits: 3 }, // order, lines and event 1; relay 4; settling 5
  'inventory-service': { statements: 11, commits: 2 }, // inbox, stock, ledger and answer 7; relay 4
};
const PRICE_NOT_CACHED = { 'product-service': { statements: 1, commits: 1 } };
const MESSAGES = { orders: 1, stock: 1 };

const shop = shopUnderTest();
const { directory } = inject('shop');
const logOf = (part: string) => join(directory, 'logs', `${part}.log`);
let log: StatementLog;
let token: string;

beforeAll(async () => {
  ({ token } = await shop.customer());
  log = await openStatementLog(await shop.databaseUrl('postgres'), logOf('postgres'));
  for (const exchange of Object.keys(MESSAGES)) {
    await shop.management('PUT', `queues/agora/budget.${exchange}`, {
      durable: true,
      arguments: { 'x-queue-type': 'quorum' },
    });
    await shop.management('POST', `bindings/agora/e/${exchange}/q/budget.${exchange}`, { routing_key: '#' });
  }
  // Connections, prepared statements and keys are there from the first order on.
  await placeAndCount(51);
});
afterAll(async () => {
  await log.close();
  for (const exchange of Object.keys(MESSAGES)) await shop.management('DELETE', `queues/agora/budget.${exchange}`);
  await shop.close();
});

describe('the budget of one order', () => {
  it('with its price in the cache of order-service', async () => {
    expect(await placeAndCount(51)).toEqual({ costs: PLACED, rpcs: 0, messages: MESSAGES });
  });

  it('with its price asked from product-service', async () => {
    expect(await placeAndCount(52)).toEqual({ costs: { ...PLACED, ...PRICE_NOT_CACHED }, rpcs: 1, messages: MESSAGES });
  });
});

async function placeAndCount(productId: number) {
  await drainCopies();
  const rpcsFrom = statSync(logOf('product-service')).size;
  log.reset();
  const answer = await shop.http.call('POST', `/orders/?product_id=${productId}`, { token });
  expect(answer.status).toBe(201);
  // Seen in the log, not asked through the API: asking would be counted.
  const counted = await costsAtRest();
  const rpcs = readFileSync(logOf('product-service')).subarray(rpcsFrom).toString().split('"msg":"rpc"').length - 1;
  return { costs: counted, rpcs, messages: await drainCopies() };
}

const QUIET_MS = 400;

/** The costs once the order is settled and nothing more came for a while: what is done too much often comes late. */
async function costsAtRest() {
  let costs = log.costs();
  let since = performance.now();
  await eventually(() => {
    const now = log.costs();
    if (JSON.stringify(now) !== JSON.stringify(costs)) since = performance.now();
    costs = now;
    for (const [service, { commits }] of Object.entries(PLACED)) {
      expect(now[service]?.commits, service).toBeGreaterThanOrEqual(commits);
    }
    return performance.now() - since >= QUIET_MS;
  });
  return costs;
}

/** Copies of everything that went over an exchange since the last time. */
async function drainCopies(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const exchange of Object.keys(MESSAGES)) {
    const copies = await shop.management<unknown[]>('POST', `queues/agora/budget.${exchange}/get`, {
      count: 1_000,
      ackmode: 'ack_requeue_false',
      encoding: 'auto',
    });
    counts[exchange] = copies.length;
  }
  return counts;
}
