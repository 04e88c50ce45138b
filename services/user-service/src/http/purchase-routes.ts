import type { HttpApp } from '@agora/service-kit/http';
import type { PurchaseRepository } from '../storage/purchase-repository.ts';
import { type PurchaseProductDeps, purchaseProduct } from '../users/purchase-product.ts';
import { requireSelfOrAdmin } from '../users/user.ts';
import { pageById } from './page-by-id.ts';
import { listPurchasesSchema, purchaseProductSchema, toBody } from './purchase-schemas.ts';

export type PurchaseRoutesDeps = {
  readonly purchaseProduct: PurchaseProductDeps;
  readonly purchases: Pick<PurchaseRepository, 'page'>;
};

export function purchaseRoutes(app: HttpApp, deps: PurchaseRoutesDeps): void {
  app.post('/users/:id/purchases', { schema: purchaseProductSchema }, async (request, reply) => {
    const { product_id: productId, quantity = 1 } = request.body;
    const order = { userId: request.params.id, productId, quantity };
    const purchase = await purchaseProduct(deps.purchaseProduct, request.principal, order);
    return reply.code(201).send(toBody(purchase));
  });

  app.get('/users/:id/purchases', { schema: listPurchasesSchema }, async (request, reply) => {
    requireSelfOrAdmin(request.principal, request.params.id);
    const page = await pageById(request, reply, request.query, (position, limit) =>
      deps.purchases.page(request.params.id, position, limit),
    );
    return page.map(toBody);
  });
}
