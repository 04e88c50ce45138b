import { DomainError } from '@agora/service-kit';

export const productNotFound = (id: number) =>
  new DomainError('not_found', 'product_not_found', `There is no product ${id}.`);

export const invalidProductId = () =>
  new DomainError('invalid', 'invalid_product_id', 'A product id is a whole number above 0.');

export const tooManyProducts = (most: number) =>
  new DomainError('invalid', 'too_many_products', `At most ${most} products can be asked for at once.`);

export const invalidPageSize = (most: number) =>
  new DomainError('invalid', 'invalid_page_size', `A page holds 1 to ${most} products.`);

export const invalidListPosition = () =>
  new DomainError('invalid', 'invalid_cursor', 'The cursor is not one that this list has given out.');
