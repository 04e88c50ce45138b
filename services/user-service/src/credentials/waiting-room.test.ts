import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWaitingRoom } from './waiting-room.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const full = new Error('full');

function start(options: { atOnce: number; maxWaiting: number }) {
  const room = createWaitingRoom({ ...options, maxWaitMs: 2_000, refusal: () => full });
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const enter = (name: string) =>
    room.run(async () => {
      started.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  return { enter, started, end: (name: string) => ends.get(name)?.() };
}

it('runs so many at once, the others in the order they came', async () => {
  const { enter, started, end } = start({ atOnce: 2, maxWaiting: 10 });
  const works = ['a', 'b', 'c', 'd'].map(enter);
  await vi.advanceTimersByTimeAsync(0);
  expect(started).toEqual(['a', 'b']);
  end('b');
  await vi.advanceTimersByTimeAsync(0);
  expect(started).toEqual(['a', 'b', 'c']);
  end('a');
  await vi.advanceTimersByTimeAsync(0);
  end('c');
  end('d');
  expect(await Promise.all(works)).toEqual(['a', 'b', 'c', 'd']);
});

it('refuses at once when the queue is full', async () => {
  const { enter, started } = start({ atOnce: 1, maxWaiting: 1 });
  void enter('a');
  void enter('b');
  await expect(enter('c')).rejects.toBe(full);
  expect(started).toEqual(['a']);
});

it('refuses who waited too long, and gives the place to the next', async () => {
  const { enter, started, end } = start({ atOnce: 1, maxWaiting: 2 });
  const first = enter('a');
  const late = expect(enter('b')).rejects.toBe(full);
  await vi.advanceTimersByTimeAsync(1_500);
  void enter('c');
  await vi.advanceTimersByTimeAsync(500);
  await late;
  end('a');
  await first;
  await vi.advanceTimersByTimeAsync(0);
  expect(started).toEqual(['a', 'c']);
});

it('frees the place of work that fails', async () => {
  const room = createWaitingRoom({ atOnce: 1, maxWaiting: 0, maxWaitMs: 2_000, refusal: () => full });
  await expect(room.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await room.run(async () => 'next')).toBe('next');
});
