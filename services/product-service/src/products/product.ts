export type Product = {
  readonly id: number;
  readonly name: string;
  readonly unitPriceCents: number;
  /** ISO 4217. */
  readonly currency: string;
};
