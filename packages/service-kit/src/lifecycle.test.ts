import { createTestLogger } from '@agora/tests/logger';
import { describe, expect, it, vi } from 'vitest';
import { createLifecycle } from './lifecycle.ts';

describe('lifecycle', () => {
  it('closes in reverse order, one after the other', async () => {
    const lifecycle = createLifecycle(createTestLogger().logger);
    const closed: string[] = [];
    lifecycle.onStop('database', () => closed.push('database'));
    lifecycle.onStop('broker', async () => {
      await Promise.resolve();
      closed.push('broker');
    });
    lifecycle.onStop('http', () => closed.push('http'));
    await lifecycle.stop();
    expect(closed).toEqual(['http', 'broker', 'database']);
  });

  it('says that it is stopping before anything is closed', async () => {
    const lifecycle = createLifecycle(createTestLogger().logger);
    const seen: unknown[] = [];
    lifecycle.onStopping(() => seen.push('told'));
    lifecycle.onStop('http', () => seen.push(lifecycle.isStopping));
    expect(lifecycle.isStopping).toBe(false);
    await lifecycle.stop();
    expect(seen).toEqual(['told', true]);
  });

  it('stops once, however often it is asked', async () => {
    const lifecycle = createLifecycle(createTestLogger().logger);
    const close = vi.fn();
    lifecycle.onStop('http', close);
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(close).toHaveBeenCalledOnce();
  });

  it('gives every part its turn when one fails, then names it', async () => {
    const { logger, lines } = createTestLogger();
    const lifecycle = createLifecycle(logger);
    const close = vi.fn();
    lifecycle.onStop('database', close);
    lifecycle.onStop('broker', () => {
      throw new Error('gone already');
    });
    await expect(lifecycle.stop()).rejects.toThrow('not closed cleanly: broker');
    expect(close).toHaveBeenCalledOnce();
    expect(lines).toMatchObject([{ level: 'error', part: 'broker', msg: 'closing failed' }]);
  });

  it('has one deadline for all parts, and still lets the others close', async () => {
    const lifecycle = createLifecycle(createTestLogger().logger, { stopDeadlineMs: 30 });
    const close = vi.fn();
    lifecycle.onStop('database', close);
    lifecycle.onStop('slow', () => new Promise(() => {}));
    lifecycle.onStop('slower', () => new Promise(() => {}));
    const startedAt = performance.now();
    await expect(lifecycle.stop()).rejects.toThrow('not closed cleanly: slower, slow');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(close).toHaveBeenCalledOnce();
  });

  it('closes at once what an interrupted start still opens', async () => {
    const lifecycle = createLifecycle(createTestLogger().logger);
    const close = vi.fn();
    await lifecycle.stop();
    lifecycle.onStop('database', close);
    await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  });
});
