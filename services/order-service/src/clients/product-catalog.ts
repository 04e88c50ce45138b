import { ProductCatalogService } from '@agora/protos';
import { DomainError } from '@agora/service-kit';
import { callUnary } from '@agora/service-kit/grpc';
import type { Client } from '@grpc/grpc-js';
import { catalogUnavailable, productNotFound } from '../orders/order-errors.ts';
import type { Price } from '../orders/place-order.ts';

const DEADLINE_MS = 1_000;

/** product-service, as the place that knows prices. Rejects with `product_not_found` or `catalogue_unavailable`. */
export function createProductCatalog(client: Client): { priceOf(productId: number): Promise<Price> } {
  return {
    async priceOf(id) {
      try {
        const product = await callUnary(client, ProductCatalogService.GetProduct, { id }, { deadlineMs: DEADLINE_MS });
        return { unitPriceCents: product.unitPriceCents, currency: product.currency };
      } catch (error) {
        if (error instanceof DomainError && error.kind === 'not_found') throw productNotFound();
        if (error instanceof DomainError && error.kind === 'unavailable') throw catalogUnavailable(error);
        throw error;
      }
    },
  };
}
