import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHealth, createLifecycle } from '@agora/service-kit';
import { createInternalApp, listen } from '@agora/service-kit/http';
import { createLogger } from '@agora/telemetry';
import type { Command } from 'commander';
import { PROJECT_ROOT } from '../config.ts';
import { describeShop, OPENAPI_FILE, openApiText } from '../docs/describe-shop.ts';

type DocsOptions = { readonly write?: boolean; readonly print?: boolean; readonly browser: boolean };

export function registerDocs(program: Command): void {
  program
    .command('docs')
    .description('the API of all services as one page, until Ctrl-C')
    .option('--no-browser', 'print the address, open nothing')
    .option('--print', 'print the OpenAPI document and end')
    .option('--write', `write it to ${OPENAPI_FILE} and end`)
    .action(async ({ write, print, browser }: DocsOptions) => {
      if (print) return void process.stdout.write(await openApiText(PROJECT_ROOT));
      if (!write) return showPage(browser);
      writeFileSync(join(PROJECT_ROOT, OPENAPI_FILE), await openApiText(PROJECT_ROOT));
      console.log(`${OPENAPI_FILE} written`);
    });
}

async function showPage(openBrowser: boolean): Promise<void> {
  const logger = createLogger({ service: 'docs', level: 'silent' });
  const lifecycle = createLifecycle(logger);
  const app = createInternalApp({ health: createHealth(lifecycle), logger, openapi: () => describeShop(PROJECT_ROOT) });
  const { port } = await listen(app, lifecycle, { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${port}/docs`;
  console.log(`${url}\nCtrl-C ends it.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void lifecycle.stop());
  if (!openBrowser || process.stdout.isTTY !== true) return;
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  // Without a desktop there is no opener: the address is printed above.
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
