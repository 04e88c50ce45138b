import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { coerceScalars } from './coerce-scalars.ts';

const schema = Type.Object({ count: Type.Integer(), price: Type.Number(), open: Type.Boolean(), name: Type.String() });

describe('coerceScalars', () => {
  it('reads plain decimals and the two truths', () => {
    expect(coerceScalars(schema, { count: '-12', price: '1.50', open: 'false', name: '12' })).toEqual({
      count: -12,
      price: 1.5,
      open: false,
      name: '12',
    });
  });

  it.each(['1e2', '0x10', ' 5 ', '+5', '05', '1.0', '', 'true', '12345678901234567890', '١'])(
    'leaves %j as it is',
    (text) => {
      expect(coerceScalars(schema, { count: text })).toEqual({ count: text });
    },
  );

  it('keeps what is not text, and fields of any name', () => {
    const values = JSON.parse('{"count":["1","2"],"__proto__":"1","constructor":"2"}');
    const coerced = coerceScalars(schema, values);
    expect(Object.keys(coerced)).toEqual(['count', '__proto__', 'constructor']);
    expect(coerced.count).toEqual(['1', '2']);
  });
});
