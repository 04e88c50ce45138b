import { describe, expect, it } from 'vitest';
import { isOutage } from './is-outage.ts';

function failure(fields: object, message = 'x'): Error {
  return Object.assign(new Error(message), fields);
}

describe('isOutage', () => {
  it.each([
    failure({ code: 'ECONNREFUSED' }),
    failure({ code: '57P01' }),
    failure({ code: '57014' }),
    failure({ code: '53300' }),
    failure({ code: 'P1001' }),
    failure({ code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'DatabaseNotReachable' } } } }),
    failure({ code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '57P01', kind: 'postgres' } } } }),
    failure({}, 'timeout exceeded when trying to connect'),
    new Error('query failed', { cause: failure({ code: 'ECONNRESET' }) }),
  ])('knows a part that is gone: %o', (error) => {
    expect(isOutage(error)).toBe(true);
  });

  it.each([
    failure({ code: '23505' }),
    failure({ code: 'P2002' }),
    failure({ code: 57014 }),
    failure({}),
    'ECONNREFUSED',
    null,
  ])('does not take a mistake for one: %o', (error) => {
    expect(isOutage(error)).toBe(false);
  });
});
