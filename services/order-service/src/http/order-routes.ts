import { decodeCursor, type HttpApp, linkNextPage } from '@agora/service-kit/http';
import { orderNotFound } from '../orders/order-errors.ts';
import { type PlaceOrderDeps, placeOrder } from '../orders/place-order.ts';
import type { OrderRepository } from '../storage/order-repository.ts';
import { orderInput } from './order-input.ts';
import { getOrderSchema, listOrdersSchema, placeOrderSchema, toBody } from './order-schemas.ts';

export type OrderRoutesDeps = {
  readonly placeOrder: PlaceOrderDeps;
  readonly orders: Pick<OrderRepository, 'find' | 'page'>;
};

/** Ids are UUIDv7, ordered by time, so the last one shown is the position in the list. */
const POSITION = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

export function orderRoutes(app: HttpApp, deps: OrderRoutesDeps): void {
  app.post('/orders/', { schema: placeOrderSchema }, async (request, reply) => {
    const { userId } = request.principal;
    const order = await placeOrder(deps.placeOrder, { userId, ...orderInput(request.query, request.body) });
    return reply.code(201).header('location', `/orders/${order.id}`).send(toBody(order));
  });

  app.get('/orders/', { schema: listOrdersSchema }, async (request, reply) => {
    const { limit, cursor } = request.query;
    const page = await deps.orders.page(request.principal.userId, decodeCursor(cursor, POSITION), limit);
    linkNextPage(request, reply, page.next);
    return page.orders.map(toBody);
  });

  app.get('/orders/:id', { schema: getOrderSchema }, async (request) => {
    const order = await deps.orders.find(request.principal.userId, request.params.id);
    if (order === undefined) throw orderNotFound();
    return toBody(order);
  });
}
