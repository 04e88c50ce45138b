import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { PROJECT_ROOT } from '../config.ts';
import { OPENAPI_FILE, openApiText } from '../docs/describe-shop.ts';

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
      if (!write) {
        // The HTTP stack is a third of a second that no other command should pay.
        const { showPage } = await import('../docs/show-page.ts');
        return showPage(browser);
      }
      writeFileSync(join(PROJECT_ROOT, OPENAPI_FILE), await openApiText(PROJECT_ROOT));
      console.log(`${OPENAPI_FILE} written`);
    });
}
