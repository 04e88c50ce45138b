import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.ts';
import { type DetachedMessage, detach } from '../up/detach.ts';
import type { ProgressEvent } from '../up/progress.ts';
import { runInForeground } from '../up/run-in-foreground.ts';
import { terminalProgress } from './terminal.ts';

type UpOptions = {
  readonly fresh?: boolean;
  readonly detach?: boolean;
  readonly port?: number;
  readonly background?: boolean;
};

export function registerUp(program: Command): void {
  program
    .command('up')
    .description('start the whole shop and keep it running until Ctrl-C')
    .option('--fresh', 'delete the data of earlier runs first')
    .option('--detach', 'return when everything runs; `down` stops it')
    .option(
      '--port <number>',
      'port of the gateway, 0 for free ones for every part (default: 80 if allowed, else 8000)',
      parsePort,
    )
    .addOption(program.createOption('--background', 'run as the detached half').hideHelp())
    .action(async (options: UpOptions) => {
      process.exitCode = options.background ? await runDetached(options) : await up(options);
    });
}

async function up(options: UpOptions): Promise<number> {
  const config = readConfig();
  const view = terminalProgress(config);
  const onReady = (text: string) => {
    view.close();
    console.log(`\n${text}`);
    console.log(options.detach ? './agora down stops it.\n' : 'Ctrl-C stops everything.\n');
  };
  const { report } = view;
  try {
    if (!options.detach) {
      return await runInForeground({
        config,
        mode: 'up',
        fresh: options.fresh === true,
        port: options.port,
        report,
        onReady,
      });
    }
    const fresh = options.fresh ? ['--fresh'] : [];
    const port = options.port === undefined ? [] : ['--port', String(options.port)];
    return await detach({ config, args: ['up', '--background', ...fresh, ...port], report, onReady });
  } finally {
    view.close();
  }
}

/** Output goes to the log; until everything runs, progress goes to the launcher at the terminal as well. */
async function runDetached(options: UpOptions): Promise<number> {
  const config = readConfig();
  const { report: log } = terminalProgress(config);
  const say = (message: DetachedMessage) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  };
  const report = (event: ProgressEvent) => {
    log(event);
    say({ kind: 'progress', event });
  };
  try {
    return await runInForeground({
      config,
      mode: 'up',
      fresh: options.fresh === true,
      port: options.port,
      report,
      onReady: (text) => say({ kind: 'ready', text }),
    });
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    return 1;
  }
}

export function parsePort(value: string): number {
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port > 65_535) throw new InvalidArgumentError('not a port: 0 to 65535.');
  return port;
}
