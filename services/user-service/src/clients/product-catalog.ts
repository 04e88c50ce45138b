import { ProductCatalogService } from '@agora/protos';
import { DomainError } from '@agora/service-kit';
import { callUnary } from '@agora/service-kit/grpc';
import type { Client } from '@grpc/grpc-js';
import type { CatalogProduct } from '../users/purchase-product.ts';
import { catalogUnavailable, productNotFound } from '../users/user-errors.ts';

export type ProductCatalog = { product(id: number): Promise<CatalogProduct> };

const DEADLINE_MS = 1_000;

/** product-service, as the place that knows what a product costs. */
export function createProductCatalog(client: Client): ProductCatalog {
  return {
    async product(id) {
      try {
        return await callUnary(client, ProductCatalogService.GetProduct, { id }, { deadlineMs: DEADLINE_MS });
      } catch (error) {
        if (error instanceof DomainError && error.kind === 'not_found') throw productNotFound();
        if (error instanceof DomainError && error.kind === 'unavailable') throw catalogUnavailable(error);
        throw error;
      }
    },
  };
}
