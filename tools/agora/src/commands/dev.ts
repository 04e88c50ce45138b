import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Command } from 'commander';
import { PROJECT_ROOT, readConfig } from '../config.ts';
import { SERVICES } from '../secrets/service-table.ts';
import { runInForeground } from '../up/run-in-foreground.ts';
import type { RunningShop } from '../up/run-shop.ts';
import { watchSources } from '../up/watch-sources.ts';
import { terminalProgress } from './terminal.ts';
import { parsePort } from './up.ts';

export function registerDev(program: Command): void {
  program
    .command('dev')
    .description('like up, and restart a service when its files or a package change')
    .option('--fresh', 'delete the data of earlier runs first')
    .option(
      '--port <number>',
      'port of the gateway, 0 for free ones for every part (default: 80 if allowed, else 8000)',
      parsePort,
    )
    .action(async (options: { fresh?: boolean; port?: number }) => {
      const config = readConfig();
      const view = terminalProgress(config);
      try {
        process.exitCode = await runInForeground({
          config,
          mode: 'dev',
          fresh: options.fresh === true,
          port: options.port,
          report: view.report,
          onReady: (text) => {
            view.close();
            console.log(`\n${text}\nChanged files restart their service. Ctrl-C stops everything.\n`);
          },
          beside: restartOnChange,
        });
      } finally {
        view.close();
      }
    });
}

function restartOnChange(shop: RunningShop, signal: AbortSignal): void {
  const watcher = watchSources({
    folders: watchedFolders(),
    onChange(files) {
      const affected = affectedServices(files.map((file) => file.slice(PROJECT_ROOT.length + 1)));
      console.log(`  ${files.map((file) => file.slice(PROJECT_ROOT.length + 1)).join(', ')} changed`);
      for (const service of affected) void restart(shop, service);
    },
  });
  signal.addEventListener('abort', () => watcher.close(), { once: true });
}

async function restart(shop: RunningShop, service: string): Promise<void> {
  const begin = performance.now();
  await shop.restart(service);
  console.log(`  ${service} ready after ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

function watchedFolders(): string[] {
  const packages = readdirSync(join(PROJECT_ROOT, 'packages')).map((name) =>
    join(PROJECT_ROOT, 'packages', name, 'src'),
  );
  return [
    ...SERVICES.map((name) => join(PROJECT_ROOT, 'services', name, 'src')),
    ...packages,
    join(PROJECT_ROOT, 'protos'),
  ];
}

/** A service's own file restarts that service; a package's or a contract's, all of them. */
export function affectedServices(files: readonly string[]): readonly string[] {
  const owners = files.map((file) => (file.startsWith(`services${sep}`) ? file.split(sep)[1] : undefined));
  return owners.includes(undefined) ? SERVICES : SERVICES.filter((service) => owners.includes(service));
}
