import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { takeTour } from '../../tools/agora/src/shop/tour.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export type Container = {
  readonly Service: string;
  readonly State: string;
  readonly Health: string;
  readonly ExitCode: number;
  readonly Publishers:
    | readonly { readonly URL: string; readonly PublishedPort: number; readonly TargetPort: number }[]
    | null;
};

export type ComposeShop = {
  readonly base: string;
  readonly ports: { readonly gateway: number; readonly dashboard: number; readonly page: number };
  /** `docker compose …` in the project; answers with what it wrote to stdout. */
  compose(...args: string[]): Promise<string>;
  containers(): Promise<Container[]>;
  /** Every container that stays says that it is well. */
  becomeHealthy(): Promise<void>;
  /** The tour, until it is walked to its end. Throws with the step that failed last. */
  walkTour(): Promise<void>;
  /** Containers, networks and volumes. */
  close(): Promise<void>;
};

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** The shop as `docker compose up -d --build` makes it from `.env.example`, beside any other: own name, own ports, own volumes. */
export async function startComposeShop(): Promise<ComposeShop> {
  const directory = mkdtempSync(join(tmpdir(), 'agora-compose-'));
  const ports = { gateway: await freePort(), dashboard: await freePort(), page: await freePort() };
  const environmentFile = join(directory, '.env');
  const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
  const own = { GATEWAY_PORT: ports.gateway, DASHBOARD_PORT: ports.dashboard, RABBITMQ_PAGE_PORT: ports.page };
  const lines = Object.entries(own).map(([name, port]) => `${name}=${port}`);
  writeFileSync(environmentFile, `${example}\n${lines.join('\n')}\n`);

  const compose = async (...args: string[]) => {
    const project = ['compose', '--project-name', `agora-test-${process.pid}`, '--env-file', environmentFile];
    const { stdout } = await run('docker', [...project, ...args], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  };
  const shop: ComposeShop = {
    base: `http://127.0.0.1:${ports.gateway}`,
    ports,
    compose,
    containers: async () => {
      const lines = (await compose('ps', '--all', '--format', 'json')).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line));
    },
    becomeHealthy: async () => {
      const all = async () => {
        const staying = (await shop.containers()).filter(
          ({ Service }) => !/^(secrets|databases|migrate-|seed-)/.test(Service),
        );
        const ill = staying.filter(({ Health }) => Health !== 'healthy').map(({ Service }) => Service);
        if (staying.length !== 7 || ill.length > 0)
          throw new Error(`not healthy: ${ill.join(', ') || 'some are missing'}`);
      };
      await eventually(all, { timeoutMs: 90_000, everyMs: 500 });
    },
    walkTour: async () => {
      const walk = async () => {
        let last = '';
        const done = await takeTour(shop.base, ({ name, detail }) => {
          last = `${name}: ${detail}`;
        });
        if (!done) throw new Error(last);
      };
      await eventually(walk, { timeoutMs: 60_000, everyMs: 500 });
    },
    close: async () => {
      await compose('down', '--volumes', '--timeout', '5');
      rmSync(directory, { recursive: true, force: true });
    },
  };
  try {
    await compose('up', '--detach', '--build', '--wait');
    return shop;
  } catch (error) {
    await shop.close();
    throw error;
  }
}
