import type { HttpApp } from '@agora/service-kit/http';
import { productNotFound } from '../stock/stock-errors.ts';
import type { StockRepository } from '../storage/stock-repository.ts';
import { getInventorySchema, setInventorySchema, toBody } from './inventory-schemas.ts';

export type InventoryRoutesDeps = { readonly stock: Pick<StockRepository, 'find' | 'set'> };

export function inventoryRoutes(app: HttpApp, { stock }: InventoryRoutesDeps): void {
  app.get('/inventory/:product_id', { schema: getInventorySchema }, async (request) => {
    const found = await stock.find(request.params.product_id);
    if (found === undefined) throw productNotFound();
    return toBody(found);
  });

  app.put('/inventory/:product_id', { config: { role: 'admin' }, schema: setInventorySchema }, async (request) => {
    const { params, body, principal } = request;
    const changed = await stock.set(params.product_id, body.stock, principal.userId);
    if (changed === undefined) throw productNotFound();
    return toBody(changed);
  });
}
