import { DomainError } from '@agora/service-kit';

/** The same for an unknown id and for somebody else's order. */
export const orderNotFound = () => new DomainError('not_found', 'order_not_found', 'There is no such order.');

export const productNotFound = () =>
  new DomainError('not_found', 'product_not_found', 'The catalogue has no such product.');

export const catalogUnavailable = (cause: unknown) =>
  new DomainError('unavailable', 'catalogue_unavailable', 'The product catalogue cannot be asked right now.', {
    cause,
    retryAfterSeconds: 1,
  });

export const ambiguousInput = () =>
  new DomainError('invalid', 'ambiguous_input', 'The order has fields in both query and body. Send it in one of them.');

export const productIdRequired = () =>
  new DomainError('invalid', 'validation_failed', 'product_id is required, in the query or in the body');
