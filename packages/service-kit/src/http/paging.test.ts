import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './paging.ts';

const ID = /^[0-9a-f]{8}$/;

describe('a cursor', () => {
  it('brings back the position it was made of', () => {
    expect(decodeCursor(encodeCursor('01a1fe04'), ID)).toBe('01a1fe04');
    expect(decodeCursor(undefined, ID)).toBeUndefined();
  });

  it.each([
    '',
    '!',
    '..',
    'MDFhMWZlMDQ=',
    'MDFhMWZlMDR',
    'MDFhMWZlMD Q',
    encodeCursor('01a1fe04 '),
    encodeCursor("01a1fe04' OR 1=1"),
    encodeCursor('\0'),
    Buffer.from([0xff, 0xfe]).toString('base64url'),
  ])('%j is not one of ours', (cursor) => {
    expect(() => decodeCursor(cursor, ID)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'invalid_cursor' }),
    );
  });

  it('must match to its end, also for a pattern that does not say so', () => {
    expect(() => decodeCursor(encodeCursor('12;drop'), /[0-9]+/)).toThrow(
      expect.objectContaining({ code: 'invalid_cursor' }),
    );
  });
});
