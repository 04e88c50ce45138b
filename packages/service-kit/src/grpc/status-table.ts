import { status } from '@grpc/grpc-js';
import type { ErrorKind } from '../domain-error.ts';

/** Where a refusal's stable `code` travels: the status alone does not tell `product_not_found` from another NOT_FOUND. */
export const CODE_METADATA = 'agora-code';

/** What each refusal is over gRPC. */
export const STATUS_OF_KIND = {
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  conflict: status.ABORTED,
  unavailable: status.UNAVAILABLE,
} satisfies Record<ErrorKind, status>;

/**
 * What a status means to the caller. `undefined`: it says that one of the two programs is wrong, which no user of the caller
 * can mend. A service that is not let in by another belongs there too.
 */
export const KIND_OF_STATUS = {
  [status.OK]: undefined,
  [status.CANCELLED]: 'unavailable',
  [status.UNKNOWN]: undefined,
  [status.INVALID_ARGUMENT]: 'invalid',
  [status.DEADLINE_EXCEEDED]: 'unavailable',
  [status.NOT_FOUND]: 'not_found',
  [status.ALREADY_EXISTS]: 'conflict',
  [status.PERMISSION_DENIED]: undefined,
  [status.RESOURCE_EXHAUSTED]: 'unavailable',
  [status.FAILED_PRECONDITION]: 'conflict',
  [status.ABORTED]: 'conflict',
  [status.OUT_OF_RANGE]: 'invalid',
  [status.UNIMPLEMENTED]: undefined,
  [status.INTERNAL]: undefined,
  [status.UNAVAILABLE]: 'unavailable',
  [status.DATA_LOSS]: undefined,
  [status.UNAUTHENTICATED]: undefined,
} satisfies Record<status, ErrorKind | undefined>;
