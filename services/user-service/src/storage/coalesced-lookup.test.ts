import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { coalesceLookups } from './coalesced-lookup.ts';

afterEach(() => void vi.useRealTimers());

const late = new Error('late');

/** A store whose statements end when the test says so. */
function start() {
  const statements: { keys: readonly string[]; answer: PromiseWithResolvers<ReadonlyMap<string, string>> }[] = [];
  const lookup = coalesceLookups<string>(
    (keys) => {
      const answer = Promise.withResolvers<ReadonlyMap<string, string>>();
      statements.push({ keys, answer });
      return answer.promise;
    },
    { deadlineMs: 250, late: () => late },
  );
  const answer = (index: number, found: Record<string, string>) =>
    statements[index]?.answer.resolve(new Map(Object.entries(found)));
  return { lookup, statements, answer };
}

it('asks once for everything that comes together, and for nothing twice', async () => {
  const { lookup, statements, answer } = start();
  const found = Promise.all(['a', 'b', 'a', 'c'].map((key) => lookup.find(key)));
  await nextRound();
  expect(statements.map(({ keys }) => keys)).toEqual([['a', 'b', 'c']]);
  answer(0, { a: 'Ada', c: 'Cy' });
  expect(await found).toEqual(['Ada', undefined, 'Ada', 'Cy']);
});

it('lets nobody join a statement on its way, whose answer may be older than the question', async () => {
  const { lookup, statements, answer } = start();
  const before = lookup.find('a');
  await nextRound();
  const after = [lookup.find('a'), lookup.find('b')];
  await nextRound();
  expect(statements).toHaveLength(1);
  answer(0, { a: 'Ada' });
  expect(await before).toBe('Ada');
  await nextRound();
  expect(statements[1]?.keys).toEqual(['a', 'b']);
  answer(1, {});
  expect(await Promise.all(after)).toEqual([undefined, undefined]);
});

it('rejects everyone whose statement failed, and goes on', async () => {
  const { lookup, statements, answer } = start();
  const both = [lookup.find('a'), lookup.find('b')];
  await nextRound();
  statements[0]?.answer.reject(new Error('database gone'));
  for (const one of both) await expect(one).rejects.toThrow('database gone');
  const next = lookup.find('a');
  await nextRound();
  answer(1, { a: 'Ada' });
  expect(await next).toBe('Ada');
});

it('gives up after the deadline, waiting included, and is not held up by what hangs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { lookup, statements, answer } = start();
  const hanging = expect(lookup.find('a')).rejects.toBe(late);
  await nextRound();
  await vi.advanceTimersByTimeAsync(200);
  const waiting = lookup.find('b');
  await vi.advanceTimersByTimeAsync(50);
  await hanging;
  expect(statements[1]?.keys).toEqual(['b']);
  // The statement that was given up answers after all; nobody hears it, and the one after it is not disturbed.
  answer(0, { a: 'Ada', b: 'wrong' });
  await nextRound();
  const third = lookup.find('c');
  await nextRound();
  expect(statements).toHaveLength(2);
  answer(1, { b: 'Bo' });
  expect(await waiting).toBe('Bo');
  await nextRound();
  answer(2, { c: 'Cy' });
  expect(await third).toBe('Cy');
});
