import { decodeCursor, type HttpApp, linkNextPage } from '@agora/service-kit/http';
import { afterIdOf, LIST_POSITION } from '../products/list-position.ts';
import { productNotFound } from '../products/product-errors.ts';
import type { ProductRepository } from '../storage/product-repository.ts';
import { getProductSchema, listProductsSchema, toBody } from './product-schemas.ts';

export type ProductRoutesDeps = { readonly products: Pick<ProductRepository, 'find' | 'page'> };

// What the shop sells is no secret.
const config = { public: true };

export function productRoutes(app: HttpApp, { products }: ProductRoutesDeps): void {
  app.get('/products/', { config, schema: listProductsSchema }, async (request, reply) => {
    const { limit, cursor } = request.query;
    const page = await products.page(afterIdOf(decodeCursor(cursor, LIST_POSITION)), limit);
    linkNextPage(request, reply, page.nextAfterId?.toString());
    return page.products.map(toBody);
  });

  app.get('/products/:product_id', { config, schema: getProductSchema }, async (request) => {
    const { product_id: id } = request.params;
    const product = await products.find(id);
    if (product === undefined) throw productNotFound(id);
    return toBody(product);
  });
}
