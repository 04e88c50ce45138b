import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@agora/tests/eventually';
import { afterEach, describe, expect, it } from 'vitest';

const SERVICE = fileURLToPath(new URL('sample-service.ts', import.meta.url));

type Process = { child: ChildProcess; out: () => string; err: () => string; ended: Promise<number | null> };
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function start(env: Record<string, string>): Process {
  const child = spawn(process.execPath, ['--conditions=agora-source', SERVICE], {
    env: { HTTP_PORT: '0', INTERNAL_PORT: '0', OTEL_SERVICE_NAME: 'sample-service', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, out: () => out, err: () => err, ended };
}

function lines(service: Process): Record<string, unknown>[] {
  return service
    .out()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const messages = (service: Process) => lines(service).map(({ msg }) => msg);

describe('runService', () => {
  it('prints every configuration problem and ends with 78, before anything listens', async () => {
    const service = start({ HTTP_PORT: 'x', LOG_LEVEL: 'loud', OTEL_SERVICE_NAME: '' });
    expect(await service.ended).toBe(78);
    expect(service.out()).toBe('');
    expect(service.err().trim().split('\n').toSorted()).toEqual([
      '  HTTP_PORT must be integer',
      '  LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
      '  OTEL_SERVICE_NAME is required',
      'Bad configuration:',
    ]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('closes in reverse order on %s and ends with 0', async (signal) => {
    const service = start({});
    await eventually(() => messages(service).includes('started'));
    service.child.kill(signal);
    expect(await service.ended).toBe(0);
    expect(messages(service).slice(-4)).toEqual(['stopping', 'broker closed', 'database closed', 'stopped']);
    expect(service.err()).toBe('');
  });

  it('a start that fails is one line, closes what was opened, and ends with 1', async () => {
    const service = start({ BEHAVIOUR: 'fail-to-start' });
    expect(await service.ended).toBe(1);
    expect(lines(service)).toMatchObject([
      { msg: 'database opened' },
      { level: 'fatal', msg: 'start failed', err: { message: 'the database cannot be reached', code: 'ECONNREFUSED' } },
      { msg: 'database closed' },
    ]);
  });

  it('a signal in the middle of the start ends it with 0, and closes what was opened', async () => {
    const service = start({ BEHAVIOUR: 'hang-in-start' });
    await eventually(() => messages(service).includes('database opened'));
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(messages(service)).toContain('database closed');
  });

  it('an uncaught error is logged, closes everything, and ends with 1', async () => {
    const service = start({ BEHAVIOUR: 'break-later' });
    expect(await service.ended).toBe(1);
    expect(lines(service)).toContainEqual(expect.objectContaining({ level: 'fatal', msg: 'uncaught error' }));
    expect(messages(service)).toContain('database closed');
  });

  it('a part that fails to close is named, the others are closed, and it ends with 1', async () => {
    const service = start({ BEHAVIOUR: 'fail-to-close' });
    await eventually(() => messages(service).includes('started'));
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(1);
    expect(lines(service)).toContainEqual(expect.objectContaining({ part: 'broker', msg: 'closing failed' }));
    expect(messages(service)).toContain('database closed');
  });

  it('a second signal ends it at once', async () => {
    const service = start({ BEHAVIOUR: 'hang-in-stop' });
    await eventually(() => messages(service).includes('started'));
    service.child.kill('SIGTERM');
    await eventually(() => messages(service).includes('stopping'));
    service.child.kill('SIGINT');
    expect(await service.ended).toBe(1);
  });
});
