import { spawn } from 'node:child_process';
import { createHealth, createLifecycle } from '@agora/service-kit';
import { createInternalApp, listen } from '@agora/service-kit/http';
import { createLogger } from '@agora/telemetry';
import { PROJECT_ROOT } from '../config.ts';
import { describeShop } from './describe-shop.ts';

/** Serves the merged document as a page on 127.0.0.1 until the process is told to end. */
export async function showPage(openBrowser: boolean): Promise<void> {
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
