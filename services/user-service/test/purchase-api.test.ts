import { eventually } from '@agora/tests/eventually';
import { type ProductServiceProcess, startProductService } from '@agora/tests/start-product-service';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startForTest, type TestUserService } from './start-user-service.ts';

const UNKNOWN = '018f0000-0000-7000-8000-00000000dead';

let products: ProductServiceProcess;
let service: TestUserService;
let ada: Person;
let eve: Person;
let admin: Person;
beforeAll(async () => {
  products = await startProductService();
  service = await startForTest({ PRODUCT_SERVICE_GRPC: products.address });
  [ada, eve, admin] = await Promise.all([service.person('ada'), service.person('eve'), service.admin()]);
});
afterAll(async () => {
  await service.close();
  await products.close();
});

const buy = (who: Person, json: unknown, id = who.id) => who.call('POST', `/users/${id}/purchases`, { json });
const problem = (status: number, code: string) => ({ status, body: { status, code } });

async function changeCatalog(statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: products.databaseUrl });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('POST /users/{id}/purchases', () => {
  it('keeps name and price as product-service says them', async () => {
    const [product] = await changeCatalog('SELECT * FROM products WHERE id = 99');
    const answer = await buy(ada, { product_id: 99, quantity: 3 });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      product_id: 99,
      name: product?.name,
      quantity: 3,
      unit_price_cents: product?.unit_price_cents,
      currency: product?.currency,
      created_at: expect.any(String),
    });
  });

  it('buys one piece when no quantity is named', async () => {
    expect(await buy(ada, { product_id: 1 })).toMatchObject({ status: 201, body: { quantity: 1 } });
  });

  it('refuses a product that the catalogue does not have', async () => {
    expect(await buy(ada, { product_id: 2_147_483_647 })).toMatchObject(problem(404, 'product_not_found'));
  });

  it('lets nobody buy for somebody else, an admin neither', async () => {
    for (const who of [eve, admin]) {
      expect(await buy(who, { product_id: 99 }, ada.id)).toMatchObject(problem(403, 'forbidden'));
      expect(await buy(who, { product_id: 99 }, UNKNOWN)).toMatchObject(problem(403, 'forbidden'));
    }
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['a product id in quotes', { product_id: '99' }],
    ['product 0', { product_id: 0 }],
    ['a negative product', { product_id: -1 }],
    ['a product beyond int32', { product_id: 2_147_483_648 }],
    ['a product beyond every integer', { product_id: 1e300 }],
    ['half a product', { product_id: 1.5 }],
    ['quantity 0', { product_id: 99, quantity: 0 }],
    ['a negative quantity', { product_id: 99, quantity: -5 }],
    ['a huge quantity', { product_id: 99, quantity: 2_147_483_648 }],
    ['quantity true', { product_id: 99, quantity: true }],
    ['quantity null', { product_id: 99, quantity: null }],
    ['a price', { product_id: 99, unit_price_cents: 1 }],
    ['a user', { product_id: 99, user_id: UNKNOWN }],
  ])('refuses %s', async (_what, json) => {
    expect(await buy(ada, json)).toMatchObject(problem(400, 'validation_failed'));
  });

  it('refuses an id that is none', async () => {
    expect(await buy(ada, { product_id: 99 }, 'me')).toMatchObject(problem(400, 'validation_failed'));
  });
});

describe('GET /users/{id}/purchases', () => {
  it('pages them newest first', async () => {
    const cid = await service.person('cid');
    const bought: unknown[] = [];
    for (const product_id of [1, 2, 3, 4, 5]) bought.unshift((await buy(cid, { product_id })).body);
    const seen: unknown[] = [];
    let path: string | undefined = `/users/${cid.id}/purchases/?limit=2`;
    while (path !== undefined) {
      const page = await cid.call('GET', path);
      expect(page.status).toBe(200);
      seen.push(...page.rows);
      path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(bought);
  });

  it("shows nobody else's, admins excepted", async () => {
    expect(await eve.call('GET', `/users/${ada.id}/purchases`)).toMatchObject(problem(403, 'forbidden'));
    expect(await eve.call('GET', `/users/${UNKNOWN}/purchases`)).toMatchObject(problem(403, 'forbidden'));
    const seen = await admin.call('GET', `/users/${ada.id}/purchases`);
    expect(seen.rows.length).toBeGreaterThan(0);
    expect(seen.rows).toEqual((await ada.call('GET', `/users/${ada.id}/purchases`)).rows);
    expect((await eve.call('GET', `/users/${eve.id}/purchases`)).rows).toEqual([]);
  });

  it('refuses pages and cursors that are none', async () => {
    const path = `/users/${ada.id}/purchases`;
    expect(await ada.call('GET', `${path}?limit=1000`)).toMatchObject(problem(400, 'validation_failed'));
    expect(await ada.call('GET', `${path}?cursor=nonsense`)).toMatchObject(problem(400, 'invalid_cursor'));
  });

  it('keeps them under the id when the account is deleted', async () => {
    const dan = await service.person('dan');
    const bought = await buy(dan, { product_id: 42 });
    await dan.call('DELETE', `/users/${dan.id}`);
    expect((await admin.call('GET', `/users/${dan.id}/purchases`)).rows).toEqual([bought.body]);
    const namesake = await service.person('dan');
    expect((await namesake.call('GET', `/users/${namesake.id}/purchases`)).rows).toEqual([]);
  });
});

it('answers 503 while product-service is away, and works again once it is back', async () => {
  await products.stop();
  const away = await buy(ada, { product_id: 99 });
  expect(away).toMatchObject(problem(503, 'catalogue_unavailable'));
  expect(away.headers.get('retry-after')).toBe('1');
  expect(away.text).not.toContain(products.address);
  expect((await ada.call('GET', `/users/${ada.id}/purchases`)).status).toBe(200);
  await products.start();
  await eventually(async () => expect((await buy(ada, { product_id: 99 })).status).toBe(201));
});
