import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@agora/tests/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../src/config.ts';
import { INSTANCE_VARIABLE } from '../src/instance/end-leftovers.ts';
import { listeningAddresses } from './listening-addresses.ts';

// The launcher as a person runs it, in a folder of its own. One shop for all tests, in their order.
const directory = mkdtempSync(join(tmpdir(), 'agora-launcher-'));
const TIMEOUT_MS = 120_000;

function agora(...args: string[]): { child: ChildProcess; printed: () => string; ended: Promise<number | null> } {
  const child = spawn('env', [`AGORA_DIRECTORY=${directory}`, 'NO_COLOR=1', join(PROJECT_ROOT, 'agora'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return { child, printed: () => text, ended: once(child, 'close').then(([code]) => code) };
}

async function run(...args: string[]): Promise<{ code: number | null; printed: string }> {
  const { printed, ended } = agora(...args);
  const code = await ended;
  return { code, printed: printed() };
}

/** Everything that carries this shop's mark, zombies not counted. */
function ours(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return environment.includes(`${INSTANCE_VARIABLE}=${directory}`) ? [pid] : [];
    } catch {
      return [];
    }
  });
}

describe('agora up', { timeout: TIMEOUT_MS }, () => {
  beforeAll(() => {
    expect(ours()).toEqual([]);
  });
  afterAll(async () => {
    await run('down', '--delete');
    rmSync(directory, { recursive: true });
  }, TIMEOUT_MS);

  it('refuses a port that is taken, in one sentence, and starts nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, printed } = await run('up', '--port', String(port));
    server.close();
    expect(code).toBe(1);
    expect(printed).toMatch(new RegExp(`^agora: port ${port} is taken.*--port$`, 'm'));
    expect(ours()).toEqual([]);
  });

  it('leaves no process and no lock when Ctrl-C comes in the middle of the start', async () => {
    const { child, printed, ended } = agora('up', '--port', '0');
    await eventually(() => expect(printed()).toContain('✓ postgres'), { timeoutMs: 60_000 });
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(printed()).not.toContain('✗');
    expect(ours()).toEqual([]);
    expect(readdirSync(directory)).not.toContain('lock');
    expect(readdirSync(directory)).not.toContain('state.json');
  });

  it('runs in the background, and a second one is told so', async () => {
    const first = await run('up', '--detach', '--port', '0');
    expect(first.printed).toContain('The shop runs in');
    expect(first.code).toBe(0);
    const second = await run('up');
    expect(second.code).toBe(1);
    expect(second.printed).toMatch(/a shop runs here already.*\.\/agora down stops it/);
  });

  it('shows every part with pid, ports, health and memory', async () => {
    const { code, printed } = await run('status', '--json');
    expect(code).toBe(0);
    const { parts, ready } = JSON.parse(printed);
    expect(ready).toBe(true);
    expect(parts).toHaveLength(7);
    for (const part of parts) {
      expect(part).toMatchObject({ pid: expect.any(Number), health: 'ok', memoryBytes: expect.any(Number) });
      expect(Object.keys(part.ports)).not.toEqual([]);
    }
  });

  it('listens on nothing but loopback', () => {
    const addresses = listeningAddresses(...ours().map(Number));
    expect(addresses.length).toBeGreaterThan(14);
    expect(addresses.filter((address) => !/^(127\.0\.0\.1|::1):/.test(address))).toEqual([]);
  });

  it('shows the lines of one part, and names the parts when there is no such', async () => {
    const { printed } = await run('logs', 'order-service', '-n', '3');
    expect(printed).toContain('"service":"order-service"');
    const unknown = await run('logs', 'payment-service');
    expect(unknown).toMatchObject({ code: 1, printed: expect.stringContaining('there are: agora, gateway') });
  });

  it('is cleaned up after it was killed', async () => {
    const { launcherPid } = JSON.parse((await run('status', '--json')).printed);
    process.kill(launcherPid, 'SIGKILL');
    await eventually(
      async () =>
        expect((await run('status')).printed).toMatch(/left (?=.*gateway)(?=.*postgres).*agora down ends them/),
      {
        timeoutMs: 20_000,
      },
    );
    const { code, printed } = await run('down');
    expect(code).toBe(0);
    expect(printed).toContain('ended what was left of it');
    expect(ours()).toEqual([]);
    expect(readdirSync(directory)).not.toContain('lock');
  });

  it('has nothing to stop when nothing runs', async () => {
    expect(await run('down')).toMatchObject({ code: 0, printed: expect.stringContaining('no shop runs') });
    expect(await run('status')).toMatchObject({ code: 1, printed: expect.stringContaining('./agora up starts one') });
  });
});
