export type InitialStock = { readonly productId: number; readonly stock: number };

/** The pieces of one product. */
export type ProductStock = InitialStock & {
  /** Pieces taken out of stock for orders, since ever. */
  readonly reserved: number;
};

export type RejectionReason = 'out_of_stock' | 'unknown_product';

/** What was decided about an order, once and for ever. All its lines are reserved, or none. */
export type Decision =
  | { readonly outcome: 'reserved' }
  | { readonly outcome: 'rejected'; readonly reason: RejectionReason };

export type OrderLine = { readonly productId: number; readonly quantity: number };

/** An order that wants its lines reserved. */
export type StockRequest = { readonly orderId: string; readonly lines: readonly OrderLine[] };
