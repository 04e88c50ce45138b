import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../tools/agora/src/config.ts';
import { findTraefik } from '../../tools/agora/src/downloads/traefik-program.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export type GatewayOptions = {
  /** What dynamic.yml reads. The rate limits default to the production values, as everywhere. */
  readonly environment: Record<string, string>;
  /** Spoils the dynamic file on purpose. */
  readonly edit?: (dynamic: string) => string;
};

export type RunningGateway = {
  readonly url: string;
  readonly dashboardUrl: string;
  readonly pingUrl: string;
  /** What Traefik wrote so far, log and access log, one JSON object a line. */
  log(): string;
  /** Asks Traefik's own API, `path` after `/api/`. */
  api<T>(path: string): Promise<T>;
  close(): Promise<void>;
};

const SOURCE = join(import.meta.dirname, '../../traefik');

/** The real Traefik with the project's two files, on free ports. Resolves when it listens; its routes may have been refused. */
export async function startGateway({ environment, edit }: GatewayOptions): Promise<RunningGateway> {
  const directory = mkdtempSync(join(tmpdir(), 'agora-gateway-'));
  const [web, internal, dashboard] = [await freePort(), await freePort(), await freePort()];
  const dynamicFile = join(directory, 'dynamic.yml');
  const staticFile = join(directory, 'traefik.yml');
  const dynamic = readFileSync(join(SOURCE, 'dynamic.yml'), 'utf8');
  writeFileSync(dynamicFile, edit === undefined ? dynamic : edit(dynamic));
  const moves: readonly (readonly [string, string])[] = [
    ['":8000"', `"127.0.0.1:${web}"`],
    ['":8082"', `"127.0.0.1:${internal}"`],
    ['":8080"', `"127.0.0.1:${dashboard}"`],
    ['/etc/traefik/dynamic.yml', dynamicFile],
  ];
  writeFileSync(staticFile, moves.reduce(replaceOnce, readFileSync(join(SOURCE, 'traefik.yml'), 'utf8')));

  const { program } = await findTraefik(readConfig());
  const traefik = spawn(program, [`--configFile=${staticFile}`], {
    env: { OTEL_PROPAGATORS: 'tracecontext', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  traefik.once('error', (error) => {
    log += error.message;
  });
  for (const output of [traefik.stdout, traefik.stderr]) {
    output.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
    });
  }
  const gateway: RunningGateway = {
    url: `http://127.0.0.1:${web}`,
    dashboardUrl: `http://127.0.0.1:${dashboard}`,
    pingUrl: `http://127.0.0.1:${internal}/ping`,
    log: () => log,
    async api<T>(path: string) {
      const response = await fetch(`${gateway.dashboardUrl}/api/${path}`);
      if (!response.ok) throw new Error(`/api/${path} answered ${response.status}`);
      return (await response.json()) as T;
    },
    async close() {
      if (traefik.pid !== undefined && traefik.exitCode === null && traefik.signalCode === null) {
        traefik.kill('SIGKILL');
        await once(traefik, 'exit');
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
  try {
    await eventually(
      async () => {
        if (traefik.pid === undefined || traefik.exitCode !== null) throw new Error(`Traefik ended: ${log}`);
        // Traefik loads its routes after it listens: what it serves before that is nobody's business.
        return (await fetch(gateway.pingUrl)).ok && (await answersForItself(gateway));
      },
      { timeoutMs: 10_000 },
    );
    return gateway;
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

async function answersForItself(gateway: RunningGateway): Promise<boolean> {
  const dashboard = await fetch(`${gateway.dashboardUrl}/api/overview`);
  await dashboard.body?.cancel();
  return dashboard.ok || /"level":"error"/.test(gateway.log());
}

function replaceOnce(text: string, [from, to]: readonly [string, string]): string {
  if (text.split(from).length !== 2) throw new Error(`traefik.yml should hold ${from} once`);
  return text.replace(from, () => to);
}
