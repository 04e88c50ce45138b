import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';

describe('eventually', () => {
  it('answers what the check answered, once it neither threw nor said false', async () => {
    let calls = 0;
    const answer = await eventually(
      () => {
        calls += 1;
        if (calls === 1) throw new Error('not yet');
        return calls === 2 ? false : 'here';
      },
      { everyMs: 1 },
    );
    expect(answer).toBe('here');
    expect(calls).toBe(3);
  });

  it('fails with what was missing last, when the time is up', async () => {
    const never = eventually(() => expect([1, 2]).toContain(3), { timeoutMs: 30, everyMs: 1 });
    await expect(never).rejects.toThrow(/to include 3/);
    await expect(eventually(() => false, { timeoutMs: 30, everyMs: 1 })).rejects.toThrow('still false after 30 ms');
  });
});
