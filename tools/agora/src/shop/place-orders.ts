import { type Answer, createShopClient, field } from './shop-client.ts';

export type LoadOptions = {
  readonly base: string;
  readonly orders: number;
  readonly users: number;
  readonly concurrency: number;
  readonly products: readonly number[];
  /** Called about twice a second with the number of answers so far. */
  readonly onProgress?: (answered: number) => void;
  /** What to do when a request has no 201: `fail` ends the run, `record` keeps going (for runs in which parts are killed). */
  readonly onRefusal?: 'fail' | 'record';
};

export type LoadResult = {
  /** Every order that was answered 201, with the token that may read it. */
  readonly accepted: readonly { readonly id: string; readonly token: string }[];
  /** Answers that were not 201, and requests without an answer, by status and code, or error. */
  readonly refused: Readonly<Record<string, number>>;
  readonly seconds: number;
};

/** Places orders of one piece each through the gateway, `concurrency` at a time, and keeps a ledger of every answer. */
export async function placeOrders(options: LoadOptions): Promise<LoadResult> {
  const shop = createShopClient(options.base, { connections: options.concurrency });
  const run = `${Date.now()}-${process.pid}`;
  const accepted: { id: string; token: string }[] = [];
  const refused: Record<string, number> = {};
  let answered = 0;
  const progress = setInterval(() => options.onProgress?.(answered), 500);
  try {
    const tokens = await signUp(options.users, (index) =>
      shop.newCustomer({
        name: `load ${index}`,
        email: `load-${run}-${index}@example.com`,
        password: 'a long enough passphrase',
      }),
    );
    const started = performance.now();
    let next = 0;
    const worker = async () => {
      while (next < options.orders) {
        const index = next++;
        const token = tokens[index % tokens.length] ?? '';
        const product = options.products[index % options.products.length];
        const outcome = await shop
          .call('POST', `/orders/?product_id=${product}`, { token })
          .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
        answered++;
        if (!(outcome instanceof Error) && outcome.status === 201) {
          accepted.push({ id: field(outcome.body, 'id'), token });
          continue;
        }
        const reason = reasonOf(outcome);
        if (options.onRefusal !== 'record')
          throw new Error(`order ${index} was not accepted: ${reason}`, { cause: outcome });
        refused[reason] = (refused[reason] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: options.concurrency }, worker));
    return { accepted, refused, seconds: (performance.now() - started) / 1000 };
  } finally {
    clearInterval(progress);
    await shop.close();
  }
}

// Two at a time: password hashing is bounded in user-service, and more at once would only be answered 503.
async function signUp(users: number, newCustomer: (index: number) => Promise<{ token: string }>): Promise<string[]> {
  const tokens: string[] = [];
  for (let index = 0; index < users; index += 2) {
    const pair = [index, index + 1].filter((each) => each < users);
    tokens.push(...(await Promise.all(pair.map(newCustomer))).map(({ token }) => token));
  }
  return tokens;
}

/** `503 unavailable` of a service, `502` of the gateway itself, `UND_ERR_SOCKET` of a connection. */
function reasonOf(outcome: Answer | Error): string {
  if (outcome instanceof Error) return 'code' in outcome ? String(outcome.code) : outcome.message;
  const { status, body } = outcome;
  const code: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'code') : undefined;
  return code === undefined ? String(status) : `${status} ${code}`;
}
