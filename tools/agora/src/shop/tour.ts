import { createShopClient, field, numberField, type ShopClient } from './shop-client.ts';

export type TourStep = { readonly name: string; readonly ok: boolean; readonly ms: number; readonly detail: string };

const PRODUCT_ID = 99;
/** The promise of the README: the stock has dropped within a second of the order. */
const STOCK_DEADLINE_MS = 1_000;

type Tour = { readonly shop: ShopClient; token: string; orderId: string; stockBefore: number; orderedAt: number };

/**
 * Walks the tour of the README through the gateway at `base`: sign up, log in, list users, order product 99, see its stock drop.
 * Every step is reported as it ends; the first that fails ends the tour. Needs one piece of product 99 in stock.
 */
export async function takeTour(base: string, report: (step: TourStep) => void): Promise<boolean> {
  const shop = createShopClient(base, { connections: 2 });
  const tour: Tour = { shop, token: '', orderId: '', stockBefore: 0, orderedAt: 0 };
  try {
    for (const [name, walk] of STEPS) {
      const started = performance.now();
      const { ok, detail } = await walk(tour).then(
        (detail) => ({ ok: true, detail }),
        (error: unknown) => ({ ok: false, detail: messageOf(error) }),
      );
      report({ name, ok, ms: Math.round(performance.now() - started), detail });
      if (!ok) return false;
    }
    return true;
  } finally {
    await shop.close();
  }
}

const STEPS: readonly (readonly [string, (tour: Tour) => Promise<string>])[] = [
  [
    'sign up and log in',
    async (tour) => {
      const email = `smoke-${Date.now()}-${process.pid}@example.com`;
      const customer = await tour.shop.newCustomer({ name: 'smoke', email, password: 'a long enough passphrase' });
      tour.token = customer.token;
      return `user ${customer.id}`;
    },
  ],
  [
    'list users',
    async (tour) => {
      const users = await get(tour, '/users/');
      if (!Array.isArray(users) || users.length !== 1) throw new Error('a customer should see one user: itself');
      return 'sees itself only';
    },
  ],
  [
    'refuse without a token',
    async (tour) => {
      const answer = await tour.shop.call('GET', '/users/');
      if (answer.status !== 401) throw new Error(`GET /users/ without a token answered ${answer.status}, not 401`);
      return '401';
    },
  ],
  [
    `order product ${PRODUCT_ID}`,
    async (tour) => {
      tour.stockBefore = numberField(await get(tour, `/inventory/${PRODUCT_ID}`), 'stock');
      const order = await tour.shop.call('POST', `/orders/?product_id=${PRODUCT_ID}`, { token: tour.token });
      if (order.status !== 201) throw new Error(`the order answered ${order.status}: ${JSON.stringify(order.body)}`);
      tour.orderedAt = performance.now();
      tour.orderId = field(order.body, 'id');
      return `order ${tour.orderId} ${field(order.body, 'status')}`;
    },
  ],
  [
    'order confirmed',
    (tour) =>
      within(tour, async () => {
        const status = field(await get(tour, `/orders/${tour.orderId}`), 'status');
        return status === 'confirmed' ? status : new Error(`the order is ${status}`);
      }),
  ],
  [
    'stock dropped',
    (tour) =>
      within(tour, async () => {
        const stock = numberField(await get(tour, `/inventory/${PRODUCT_ID}`), 'stock');
        return stock < tour.stockBefore ? `${tour.stockBefore} -> ${stock}` : new Error(`the stock is still ${stock}`);
      }),
  ],
];

async function get(tour: Tour, path: string): Promise<unknown> {
  const answer = await tour.shop.call('GET', path, { token: tour.token });
  if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Asks until the answer is not an Error; after the deadline since the order, throws the last one. */
async function within(tour: Tour, ask: () => Promise<string | Error>): Promise<string> {
  for (;;) {
    const answer = await ask();
    const sinceOrder = performance.now() - tour.orderedAt;
    if (!(answer instanceof Error)) return `${answer}, ${Math.round(sinceOrder)} ms after the order`;
    if (sinceOrder > STOCK_DEADLINE_MS)
      throw new Error(`${answer.message} ${Math.round(sinceOrder)} ms after the order`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return code === 'ECONNREFUSED' ? 'nothing answers there: is it running? (./agora up)' : error.message || code;
}
