import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@agora/tests/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeInCache } from '../src/downloads/place-in-cache.ts';
import { endLeftovers, INSTANCE_VARIABLE } from '../src/instance/end-leftovers.ts';
import { identify, isSame, type ProcessIdentity } from '../src/processes/process-identity.ts';
import { runCommand } from '../src/processes/run-command.ts';
import { startProcess } from '../src/processes/start-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-processes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function sleeper(env: NodeJS.ProcessEnv = {}): Promise<ProcessIdentity> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore', env: { PATH: '/usr/bin:/bin', ...env } });
  await once(child, 'spawn');
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw new Error('no sleeper');
  return identity;
}

describe('startProcess', () => {
  const shell = (script: string) =>
    startProcess({
      name: 'thing',
      command: 'sh',
      args: ['-c', script],
      env: { PATH: '/usr/bin:/bin' },
      logFile: join(folder, 'logs/thing.log'),
    });

  it('writes both outputs to the log, and tells how it ended', async () => {
    const running = await shell('echo out; echo err >&2; exit 3');
    expect(await running.exited).toEqual({ code: 3, signal: null });
    expect(readFileSync(join(folder, 'logs/thing.log'), 'utf8')).toBe('out\nerr\n');
  });

  it('ends one that does not listen, with the children it left', async () => {
    const running = await shell(`trap '' TERM; sleep 60 & echo $! > ${folder}/child; wait; sleep 60`);
    const child = await eventually(() => {
      const pid = Number(readFileSync(join(folder, 'child'), 'utf8'));
      return pid > 0 && identify(pid);
    });
    await running.stop('SIGTERM', 100);
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await eventually(() => expect(child === undefined || isSame(child)).toBe(false));
  });

  it('says which program is missing', async () => {
    const options = { name: 'gateway', command: join(folder, 'none'), env: {}, logFile: join(folder, 'x.log') };
    await expect(startProcess(options)).rejects.toThrow('gateway could not be started');
  });
});

describe('runCommand', () => {
  it('quotes what a program said when it fails', async () => {
    const failing = runCommand('sh', ['-c', 'echo no space left >&2; exit 2'], { env: { PATH: '/usr/bin:/bin' } });
    await expect(failing).rejects.toThrow('sh -c failed (code 2): no space left');
  });

  it('ends the program and its helpers when it is no longer wanted', async () => {
    const over = new AbortController();
    const script = `sleep 60 & echo $! > ${folder}/helper; wait`;
    const running = runCommand('sh', ['-c', script], { env: { PATH: '/usr/bin:/bin' }, signal: over.signal });
    const helper = await eventually(() => {
      const pid = Number(readFileSync(join(folder, 'helper'), 'utf8'));
      return pid > 0 && identify(pid);
    });
    over.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
    await eventually(() => expect(helper === undefined || isSame(helper)).toBe(false));
  });
});

describe('placeInCache', () => {
  it('gives a folder its name only when it is whole', async () => {
    const place = join(folder, 'cache/thing-1');
    const filling = placeInCache(place, async (unfinished) => {
      writeFileSync(join(unfinished, 'half'), '');
      expect(existsSync(place)).toBe(false);
      throw new Error('connection lost');
    });
    await expect(filling).rejects.toThrow('connection lost');
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });

  it('lets the first of two finish, and fills only once afterwards', async () => {
    const place = join(folder, 'cache/thing-1');
    const fill = (who: string) => async (unfinished: string) => writeFileSync(join(unfinished, 'by'), who);
    await Promise.all([placeInCache(place, fill('one')), placeInCache(place, fill('two'))]);
    expect(['one', 'two']).toContain(readFileSync(join(place, 'by'), 'utf8'));
    await placeInCache(place, () => Promise.reject(new Error('must not be filled again')));
    expect(readdirSync(join(folder, 'cache'))).toEqual(['thing-1']);
  });

  it('removes what a killed launcher left half filled, and not what a living one fills', async () => {
    mkdirSync(join(folder, `cache/.unfinished-${2 ** 22 + 1}-thing-1-abc`), { recursive: true });
    mkdirSync(join(folder, `cache/.unfinished-${process.ppid}-thing-1-abc`));
    await placeInCache(join(folder, 'cache/thing-1'), async () => {});
    expect(readdirSync(join(folder, 'cache')).sort()).toEqual([`.unfinished-${process.ppid}-thing-1-abc`, 'thing-1']);
  });
});

describe('endLeftovers', () => {
  it('ends what is written down and what carries our folder, and no stranger', async () => {
    const recorded = await sleeper();
    const unrecorded = await sleeper({ [INSTANCE_VARIABLE]: folder });
    const ofAnotherShop = await sleeper({ [INSTANCE_VARIABLE]: `${folder}/other` });
    const stranger = await sleeper();
    try {
      const processes = [
        { part: 'order-service', name: 'order-service', ...recorded },
        { part: 'postgres', name: 'postgres', pid: stranger.pid, startedAt: 'before the last boot:1' },
      ];
      writeFileSync(join(folder, 'state.json'), JSON.stringify({ processes }));
      expect(await endLeftovers(folder)).toEqual(['order-service', `process ${unrecorded.pid}`]);
      expect([recorded, unrecorded].filter(isSame)).toEqual([]);
      expect([ofAnotherShop, stranger].filter(isSame)).toHaveLength(2);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      for (const { pid } of [ofAnotherShop, stranger]) process.kill(pid);
    }
  });
});
