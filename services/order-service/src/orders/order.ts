export type OrderStatus = 'placed' | 'confirmed' | 'rejected';

type RejectionReason = 'out_of_stock' | 'unknown_product';

type OrderLine = { readonly productId: number; readonly quantity: number; readonly unitPriceCents: number };

export type Order = {
  readonly id: string;
  readonly userId: string;
  readonly status: OrderStatus;
  /** Why, of a rejected order. */
  readonly reason?: RejectionReason;
  readonly currency: string;
  /** At least one. */
  readonly lines: readonly OrderLine[];
  /** Counts the changes, the first state being 1: a change is stored only on top of the version it was decided on. */
  readonly version: number;
  readonly createdAt: Date;
};

export type NewOrder = Pick<Order, 'id' | 'userId' | 'currency' | 'lines' | 'createdAt'>;

export function newOrder(order: NewOrder): Order {
  return { ...order, status: 'placed', version: 1 };
}

/** What stock said about an order. */
export type Settlement =
  | { readonly status: 'confirmed' }
  | { readonly status: 'rejected'; readonly reason: RejectionReason };

/** As much of an order as decides about its next state. */
export type OrderState = Pick<Order, 'status' | 'version'>;

export type Transition = 'settled' | 'repeated' | 'illegal';

/** A placed order is settled once, for good. The same answer again is a repetition; another one must not change it any more. */
export function transitionOf(current: OrderState, settlement: Settlement): Transition {
  if (current.status === 'placed') return 'settled';
  return current.status === settlement.status ? 'repeated' : 'illegal';
}
