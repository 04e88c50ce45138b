import { ProductCatalogService } from '@agora/protos';
import { DomainError } from '@agora/service-kit';
import { callUnary } from '@agora/service-kit/grpc';
import type { Client } from '@grpc/grpc-js';
import type { CatalogueProduct } from '../users/purchase-product.ts';
import { catalogueUnavailable, productNotFound } from '../users/user-errors.ts';

export type ProductCatalogue = { product(id: number): Promise<CatalogueProduct> };

const DEADLINE_MS = 1_000;

/** product-service, as the place that knows what a product costs. */
export function createProductCatalogue(client: Client): ProductCatalogue {
  return {
    async product(id) {
      try {
        return await callUnary(client, ProductCatalogService.GetProduct, { id }, { deadlineMs: DEADLINE_MS });
      } catch (error) {
        if (error instanceof DomainError && error.kind === 'not_found') throw productNotFound();
        if (error instanceof DomainError && error.kind === 'unavailable') throw catalogueUnavailable(error);
        throw error;
      }
    },
  };
}
