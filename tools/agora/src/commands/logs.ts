import { existsSync, readdirSync, watchFile } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.ts';
import { lastLines } from '../processes/last-lines.ts';

type LogsOptions = { readonly follow?: boolean; readonly lines: number };

export function registerLogs(program: Command): void {
  program
    .command('logs')
    .description('what the parts wrote in this run')
    .argument('[part]', 'one part: gateway, rabbitmq, postgres, user-service ... (default: all)')
    .option('-f, --follow', 'go on with what is written from now on')
    .option('-n, --lines <number>', 'how many lines of each', parseCount, 200)
    .action(showLogs);
}

async function showLogs(part: string | undefined, { follow, lines }: LogsOptions): Promise<void> {
  const folder = join(readConfig().directory, 'logs');
  const known = partsWithLogs(folder);
  if (part !== undefined && !known.includes(part)) {
    const choice = known.length === 0 ? 'there are none yet' : `there are: ${known.join(', ')}`;
    throw new Error(`no log of ${part}; ${choice}`);
  }
  const chosen = part === undefined ? known : [part];
  const prefix = (name: string) => (chosen.length === 1 ? '' : `${name.padEnd(18)} `);
  for (const name of chosen) {
    for (const line of lastLines(join(folder, `${name}.log`), lines)) console.log(`${prefix(name)}${line}`);
  }
  // Nobody reads any more.
  process.stdout.on('error', () => process.exit(0));
  if (follow) for (const name of chosen) await followFile(join(folder, `${name}.log`), prefix(name));
}

/** Until the process is ended. A file that was replaced is read from its start. */
async function followFile(file: string, prefix: string): Promise<void> {
  let position = (await stat(file)).size;
  let rest = '';
  let reading = Promise.resolve();
  const read = async () => {
    const handle = await open(file, 'r').catch(() => undefined);
    if (handle === undefined) return;
    try {
      const { size } = await handle.stat();
      if (size < position) position = 0;
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - position), position });
      position += bytesRead;
      const lines = `${rest}${buffer.toString('utf8', 0, bytesRead)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) console.log(`${prefix}${line}`);
    } finally {
      await handle.close();
    }
  };
  watchFile(file, { interval: 200 }, () => {
    reading = reading.then(read, read);
  });
}

function partsWithLogs(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => /^([a-z-]+)\.log$/.exec(name)?.[1] ?? []);
}

function parseCount(value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError('not a number of lines.');
  return Number(value);
}
