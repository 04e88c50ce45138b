import { Type } from 'typebox';

// Lower case only: equality checks must never differ by case.
const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

export const OrderId = Type.String({ pattern: UUID_PATTERN });
export const UserId = Type.String({ pattern: UUID_PATTERN });
export const EventId = Type.String({ pattern: UUID_PATTERN });
export const PositiveInt = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
