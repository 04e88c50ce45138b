import { Type } from 'typebox';

/** Postgres `integer`, and `int32` in the gRPC contract. */
const MAX_INT32 = 2_147_483_647;

export const ProductId = Type.Integer({ minimum: 1, maximum: MAX_INT32 });
export const Quantity = Type.Integer({ minimum: 1, maximum: MAX_INT32 });

/** Lower case only: Postgres takes other spellings of the same UUID, and then `===` with the caller's own id would not. */
export const UserIdParam = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
