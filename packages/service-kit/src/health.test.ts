import { createTestLogger } from '@agora/tests/logger';
import { describe, expect, it, vi } from 'vitest';
import { createHealth, type HealthResult } from './health.ts';
import { createLifecycle } from './lifecycle.ts';

function setup() {
  const lifecycle = createLifecycle(createTestLogger().logger);
  const health = createHealth(lifecycle);
  return { lifecycle, health };
}

const up = (): HealthResult => ({ status: 'ok' });

describe('health', () => {
  it('is starting until it is told otherwise, and stopping from then on', async () => {
    const { lifecycle, health } = setup();
    health.check('database', up);
    expect((await health.ready()).status).toBe('starting');
    health.markStarted();
    expect(await health.ready()).toEqual({
      status: 'ok',
      parts: { database: { status: 'ok', last_ok_seconds_ago: 0 } },
    });
    await lifecycle.stop();
    expect((await health.ready()).status).toBe('stopping');
  });

  it('is down when a part that it needs is down', async () => {
    const { health } = setup();
    health.markStarted();
    health.check('database', () => ({ status: 'down', detail: 'ECONNREFUSED' }));
    expect(await health.ready()).toEqual({
      status: 'down',
      parts: { database: { status: 'down', detail: 'ECONNREFUSED' } },
    });
  });

  it('is degraded when a part is down that it can do without, or a needed one is not at its best', async () => {
    const { health } = setup();
    health.markStarted();
    health.check('broker', () => ({ status: 'down' }), { required: false });
    expect((await health.ready()).status).toBe('degraded');
    const other = setup().health;
    other.markStarted();
    other.check('broker', () => ({ status: 'degraded' }));
    expect((await other.ready()).status).toBe('degraded');
  });

  it('takes a probe that throws for a part that is down', async () => {
    const { health } = setup();
    health.markStarted();
    health.check('database', async () => {
      throw new Error('no connection');
    });
    expect(await health.ready()).toMatchObject({ status: 'down', parts: { database: { detail: 'no connection' } } });
  });

  it('does not wait for a probe that hangs, and says when the part was last well', async () => {
    vi.useFakeTimers();
    try {
      const { health } = setup();
      health.markStarted();
      let answer: () => HealthResult | Promise<HealthResult> = up;
      health.check('database', () => answer());
      await health.ready();
      answer = () => new Promise(() => {});
      vi.advanceTimersByTime(5_000);
      const report = health.ready();
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await report).toEqual({
        status: 'down',
        parts: { database: { status: 'down', detail: 'no answer within 2 s', last_ok_seconds_ago: 7 } },
      });
    } finally {
      vi.useRealTimers();
    }
  });

  it('probes once for callers that ask at the same time', async () => {
    const { health } = setup();
    const probe = vi.fn(up);
    health.check('database', probe);
    await Promise.all([health.ready(), health.ready(), health.ready()]);
    expect(probe).toHaveBeenCalledOnce();
    await health.ready();
    expect(probe).toHaveBeenCalledTimes(2);
  });
});
