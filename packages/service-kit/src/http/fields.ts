import Type from 'typebox';

/** Postgres `integer`, and what the gRPC contract carries. */
const MAX_INT32 = 2_147_483_647;

export const ProductId = Type.Integer({ minimum: 1, maximum: MAX_INT32 });
export const Quantity = Type.Integer({ minimum: 1, maximum: MAX_INT32 });

/** Lower case only: Postgres takes other spellings of the same UUID, and then equality with `sub` would depend on it. */
export const UserIdParam = Type.String({
  format: 'uuid',
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
});
