import { fileURLToPath } from 'node:url';
import type { PackageDefinition } from '@grpc/proto-loader';
import { loadSync } from '@grpc/proto-loader';
import type { ProductCatalogDefinition } from './generated/agora/product/v1/ProductCatalog.ts';

export type { BatchGetProductsRequest__Output as BatchGetProductsRequest } from './generated/agora/product/v1/BatchGetProductsRequest.ts';
export type { BatchGetProductsResponse__Output as BatchGetProductsResponse } from './generated/agora/product/v1/BatchGetProductsResponse.ts';
export type { GetProductRequest__Output as GetProductRequest } from './generated/agora/product/v1/GetProductRequest.ts';
export type { ListProductsRequest__Output as ListProductsRequest } from './generated/agora/product/v1/ListProductsRequest.ts';
export type { ListProductsResponse__Output as ListProductsResponse } from './generated/agora/product/v1/ListProductsResponse.ts';
export type { Product__Output as Product } from './generated/agora/product/v1/Product.ts';
export type { ProductCatalogHandlers } from './generated/agora/product/v1/ProductCatalog.ts';

/** The full name, as the health service and the retry policy know it. */
export const PRODUCT_CATALOG = 'agora.product.v1.ProductCatalog';

/** The loaded package, descriptors included: what reflection answers from. */
export const productCatalogPackage: PackageDefinition = loadSync('product/v1/product.proto', {
  includeDirs: [fileURLToPath(new URL('..', import.meta.url))],
  // The same choices as the `generate` script in package.json: types and values must agree.
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});

/** The methods of the catalogue, for a server to implement and a client to call (`ProductCatalogService.GetProduct`). */
export const ProductCatalogService = (
  productCatalogPackage as unknown as Record<typeof PRODUCT_CATALOG, ProductCatalogDefinition>
)[PRODUCT_CATALOG];
