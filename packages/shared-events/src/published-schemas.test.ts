import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { checkPublished } from './check-published.ts';
import { OrderPlaced } from './order-events.ts';
import { allContracts, readPublished, schemaOf } from './published-schemas.ts';

describe('published event schemas', () => {
  it('are still kept by the contracts', () => {
    expect(checkPublished(readPublished(), allContracts().map(schemaOf)).forbidden).toEqual([]);
  });

  it('are all frozen: after an allowed addition run `pnpm --filter @agora/shared-events freeze`', () => {
    expect(checkPublished(readPublished(), allContracts().map(schemaOf)).unfrozen).toEqual([]);
  });

  it('cover every contract of the package', () => {
    expect(
      allContracts()
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['OrderPlaced', 'StockRejected', 'StockReserved']);
  });
});

const { order_id, user_id, currency, lines } = OrderPlaced.data.properties;
const line = lines.items.properties;
const changedTo = (data: ReturnType<typeof Type.Object>) =>
  checkPublished([schemaOf(OrderPlaced)], [schemaOf({ ...OrderPlaced, data })]);

describe('a change of a published schema', () => {
  it('may add an optional field, which then has to be frozen', () => {
    const { forbidden, unfrozen } = changedTo(
      Type.Object({ ...OrderPlaced.data.properties, note: Type.Optional(Type.String()) }),
    );
    expect(forbidden).toEqual([]);
    expect(unfrozen).toHaveLength(1);
  });

  it('may reword a description', () => {
    expect(changedTo(Type.Object(OrderPlaced.data.properties, { description: 'An order.' })).forbidden).toEqual([]);
  });

  it.each([
    ['removes a field', Type.Object({ order_id, user_id, lines }), /data\.currency was removed/],
    ['renames a field', Type.Object({ id: order_id, user_id, currency, lines }), /data\.order_id was removed/],
    [
      'adds a required field',
      Type.Object({ order_id, user_id, currency, lines, note: Type.String() }),
      /data\.note is required now/,
    ],
    [
      'makes a field optional',
      Type.Object({ order_id, user_id, currency: Type.Optional(currency), lines }),
      /data\.currency is optional now/,
    ],
    [
      'changes a type',
      Type.Object({ order_id: Type.Integer(), user_id, currency, lines }),
      /data\.order_id: type was "string", now "integer"/,
    ],
    [
      'narrows a limit',
      Type.Object({ order_id, user_id, currency, lines: Type.Array(lines.items, { minItems: 2, maxItems: 100 }) }),
      /data\.lines: minItems was 1, now 2/,
    ],
    [
      'widens a limit',
      Type.Object({ order_id, user_id, currency, lines: Type.Array(lines.items, { minItems: 1, maxItems: 200 }) }),
      /data\.lines: maxItems was 100, now 200/,
    ],
    [
      'changes a field of a line',
      Type.Object({
        order_id,
        user_id,
        currency,
        lines: Type.Array(Type.Object({ ...line, quantity: Type.Number() }), { minItems: 1, maxItems: 100 }),
      }),
      /data\.lines\[\]\.quantity: type/,
    ],
    [
      'forbids unknown fields',
      Type.Object(OrderPlaced.data.properties, { additionalProperties: false }),
      /additionalProperties was absent, now false/,
    ],
  ])('is refused when it %s', (_, data, problem) => {
    const { forbidden } = changedTo(data);
    expect(forbidden.join('\n')).toMatch(problem);
    expect(forbidden.join('\n')).toContain('raise the version');
  });

  it('is refused when it moves the event to another exchange or routing key', () => {
    const moved = { ...OrderPlaced, exchange: 'elsewhere', routingKey: 'order.made' };
    expect(checkPublished([schemaOf(OrderPlaced)], [schemaOf(moved)]).forbidden).toHaveLength(2);
  });

  it('is refused when a published version loses its contract', () => {
    const next = schemaOf({ ...OrderPlaced, version: 2 });
    expect(checkPublished([schemaOf(OrderPlaced)], [next]).forbidden).toEqual([
      expect.stringMatching(/^OrderPlaced v1 was published/),
    ]);
    expect(checkPublished([schemaOf(OrderPlaced)], [schemaOf(OrderPlaced), next])).toEqual({
      forbidden: [],
      unfrozen: [next],
    });
  });
});
