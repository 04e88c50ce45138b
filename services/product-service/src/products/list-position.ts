import { invalidListPosition } from './product-errors.ts';

/** What a cursor of the product list holds, before it is looked at closely. */
export const LIST_POSITION = /^[1-9][0-9]{0,9}$/;

const MAX_ID = 2_147_483_647;

/** The id after which a page begins: 0, so the first page, when no position is given. */
export function afterIdOf(position: string | undefined): number {
  const id = Number(position ?? 0);
  if (id > MAX_ID) throw invalidListPosition();
  return id;
}
