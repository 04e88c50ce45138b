import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@agora/tests/eventually';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunningPart } from '../parts/running-part.ts';
import type { ProcessExit } from '../processes/start-process.ts';
import { supervise } from './supervise.ts';

const folder = mkdtempSync(join(tmpdir(), 'agora-supervise-'));
const logFile = join(folder, 'thing.log');
writeFileSync(logFile, 'first\nsecond\nout of memory\n');
afterAll(() => rmSync(folder, { recursive: true }));

/** Parts without processes: each start gives one that dies when it is told to. */
function thing(options: { failures?: number; firstDelayMs?: number } = {}) {
  const lives: { die: (exit: ProcessExit) => void; stopped: boolean }[] = [];
  const notes: string[] = [];
  let failures = options.failures ?? 0;
  const start = async (): Promise<RunningPart> => {
    if (lives.length > 0 && failures-- > 0) throw new Error('no memory left');
    const { promise: exited, resolve } = Promise.withResolvers<ProcessExit>();
    const life = { die: resolve, stopped: false };
    lives.push(life);
    const stop = async () => {
      life.stopped = true;
      resolve({ code: 0, signal: null });
    };
    return { processes: [{ name: 'thing', pid: lives.length, exited, stop }], stop };
  };
  return {
    lives,
    notes,
    started: supervise({
      name: 'thing',
      logFile,
      start,
      note: (text) => notes.push(text),
      firstDelayMs: options.firstDelayMs ?? 20,
    }),
  };
}

describe('supervise', () => {
  it('names a part that died with its last lines, and starts it again', async () => {
    const { lives, notes, started } = thing();
    const part = await started;
    lives[0]?.die({ code: null, signal: 'SIGKILL' });
    await eventually(() => expect(lives).toHaveLength(2));
    await eventually(() => expect(notes.at(-1)).toBe('thing runs again'));
    expect(notes[0]).toMatch(/^thing died \(SIGKILL\).*\n\s+first\n\s+second\n\s+out of memory$/);
    await part.stop();
    expect(lives[1]?.stopped).toBe(true);
  });

  it('tries again, later each time, while the start fails', async () => {
    const { lives, notes, started } = thing({ failures: 2 });
    const part = await started;
    lives[0]?.die({ code: 1, signal: null });
    await eventually(() => expect(lives).toHaveLength(2));
    const waits = notes.flatMap((note) => /(?:again|try) in ([\d.]+) s/.exec(note)?.[1] ?? []).map(Number);
    expect(waits).toEqual([0.02, 0.04, 0.08]);
    await part.stop();
  });

  it('does not take a stop for a death', async () => {
    const { lives, notes, started } = thing();
    await (await started).stop();
    expect(lives).toHaveLength(1);
    expect(notes).toEqual([]);
  });

  it('stops while it waits for the next try', async () => {
    const { lives, started } = thing({ failures: 1_000 });
    const part = await started;
    lives[0]?.die({ code: 1, signal: null });
    await eventually(() => expect(lives[0]?.stopped).toBe(true));
    await part.stop();
    expect(lives).toHaveLength(1);
  });

  it('restarts on demand', async () => {
    const { lives, started } = thing();
    const part = await started;
    await part.restart();
    expect(lives.map(({ stopped }) => stopped)).toEqual([true, false]);
    await part.stop();
  });

  it('does not let a demand wait for the next try', async () => {
    const { lives, started } = thing({ firstDelayMs: 60_000 });
    const part = await started;
    lives[0]?.die({ code: 1, signal: null });
    await eventually(() => expect(lives[0]?.stopped).toBe(true));
    await part.restart();
    expect(lives).toHaveLength(2);
    await part.stop();
  });

  it('does not survive a first start that fails', async () => {
    const failing = supervise({
      name: 'thing',
      logFile,
      start: () => Promise.reject(new Error('no such program')),
      note: () => {},
    });
    await expect(failing).rejects.toThrow('no such program');
  });
});
