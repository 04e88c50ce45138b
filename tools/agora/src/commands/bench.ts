import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.ts';
import { placeOrders } from '../shop/place-orders.ts';
import { stockTotals } from '../shop/stock-totals.ts';
import { waitUntilSettled } from '../shop/wait-until-settled.ts';
import { runningBase } from './running-base.ts';

type BenchOptions = { base?: string; orders: number; users: number; concurrency: number; json?: boolean };

const PRODUCTS = Array.from({ length: 100 }, (_, index) => index + 1);

export function registerBench(program: Command): void {
  program
    .command('bench')
    .description(
      'place orders through the gateway, wait until all are settled, print orders/s; exit code 1 when the stock does not add up',
    )
    .option('--base <url>', 'the gateway (default: that of the running shop)')
    .option('--orders <number>', 'how many, spread over the 100 products', parseCount, 2_000)
    .option('--users <number>', 'from how many customers', parseCount, 20)
    .option('--concurrency <number>', 'how many at once', parseCount, 32)
    .option('--json', 'as one JSON document')
    .action(async (options: BenchOptions) => {
      const base = runningBase(options.base, readConfig());
      const live = process.stderr.isTTY === true;
      const before = await stockTotals(base, PRODUCTS);
      const { accepted, seconds } = await placeOrders({
        ...options,
        base,
        products: PRODUCTS,
        onProgress: (answered) => live && process.stderr.write(`\r  ${answered} of ${options.orders} answered`),
      });
      const { counts, seconds: settling } = await waitUntilSettled(base, accepted);
      const after = await stockTotals(base, PRODUCTS);
      const result = {
        orders: options.orders,
        users: options.users,
        concurrency: options.concurrency,
        accepted: accepted.length,
        ...counts,
        stockDrop: before.stock - after.stock,
        reserved: after.reserved - before.reserved,
        ordersPerSecond: Math.round(accepted.length / seconds),
        seconds: Number(seconds.toFixed(2)),
        secondsUntilSettled: Number(settling.toFixed(2)),
      };
      if (live) process.stderr.write('\r\x1b[K');
      if (options.json) console.log(JSON.stringify(result, undefined, 2));
      else for (const [name, value] of Object.entries(result)) console.log(`  ${name.padEnd(22)} ${value}`);
      // Each order is of one piece; orders of somebody else at the same time would show here too.
      const adds = result.stockDrop === result.reserved && result.reserved === (counts.confirmed ?? 0);
      if (!adds) throw new Error('the stock does not add up: drop, reservations and confirmed orders differ');
    });
}

function parseCount(value: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new InvalidArgumentError('not a number from 1 to 9999999.');
  return Number(value);
}
