import type { ListProductsRequest, ListProductsResponse, ProductCatalogHandlers } from '@agora/protos';
import { unary } from '@agora/service-kit/grpc';
import { decodeCursor, encodeCursor } from '@agora/service-kit/http';
import type { Logger } from '@agora/telemetry';
import { findProducts } from '../products/find-products.ts';
import { afterIdOf, LIST_POSITION } from '../products/list-position.ts';
import { invalidPageSize, invalidProductId, productNotFound } from '../products/product-errors.ts';
import type { ProductRepository } from '../storage/product-repository.ts';

const LARGEST_PAGE = 100;

export type ProductRpcDeps = {
  readonly products: Pick<ProductRepository, 'find' | 'findAll' | 'page'>;
  readonly logger: Logger;
};

export function productRpc({ products, logger }: ProductRpcDeps): ProductCatalogHandlers {
  return {
    GetProduct: unary(async ({ id }) => {
      if (id < 1) throw invalidProductId();
      const product = await products.find(id);
      if (product === undefined) throw productNotFound(id);
      return product;
    }, logger),

    BatchGetProducts: unary(async ({ ids }) => {
      const { found, missingIds } = await findProducts({ products }, ids);
      return { products: found, missingIds };
    }, logger),

    ListProducts: unary((request) => listProducts(products, request), logger),
  };
}

async function listProducts(
  products: Pick<ProductRepository, 'page'>,
  { pageSize, pageToken }: ListProductsRequest,
): Promise<ListProductsResponse> {
  if (pageSize < 0 || pageSize > LARGEST_PAGE) throw invalidPageSize(LARGEST_PAGE);
  // proto3 has no absent: 0 and '' are what a caller sends who did not choose.
  const cursor = pageToken === '' ? undefined : pageToken;
  const page = await products.page(afterIdOf(decodeCursor(cursor, LIST_POSITION)), pageSize || LARGEST_PAGE);
  const { nextAfterId } = page;
  return { products: page.products, nextPageToken: nextAfterId === undefined ? '' : encodeCursor(`${nextAfterId}`) };
}
