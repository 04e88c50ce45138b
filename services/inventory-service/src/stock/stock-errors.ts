import { DomainError } from '@agora/service-kit';

export const productNotFound = () =>
  new DomainError('not_found', 'product_not_found', 'There is no stock of such a product.');
