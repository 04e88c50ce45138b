import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startForTest, type TestInventoryService, type TestUser } from './start-inventory-service.ts';

let service: TestInventoryService;
let customer: TestUser;
let admin: TestUser;
beforeAll(async () => {
  service = await startForTest();
  customer = service.newUser();
  admin = service.newUser('root', 'admin');
  for (const productId of [1, 2, 3, 4, 5]) await service.stock(productId, 100);
});
afterAll(() => service?.close());

const ledgerOf = (productId: number) =>
  service.query('SELECT pieces, kind, changed_by FROM stock_movements WHERE product_id = $1 ORDER BY id', [productId]);

describe('GET /inventory/{product_id}', () => {
  it('shows the stock to any user, with and without the slash', async () => {
    for (const path of ['/inventory/1', '/inventory/1/']) {
      const { status, body } = await customer.call('GET', path);
      expect([status, body]).toEqual([200, { product_id: 1, stock: 100, reserved: 0 }]);
    }
    expect((await admin.call('GET', '/inventory/1')).status).toBe(200);
  });

  it.each(['4711', '2147483647'])('says that there is no product %s', async (id) => {
    const { status, body, headers } = await customer.call('GET', `/inventory/${id}`);
    expect([status, body.code]).toEqual([404, 'product_not_found']);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  it.each(['0', '-1', '1.5', '1e2', '0x1', '01', '%201', 'abc', '2147483648', '99999999999999999999', "1'--", '%00'])(
    'refuses %s for a product id',
    async (id) => {
      const { status, body } = await customer.call('GET', `/inventory/${id}`);
      expect([status, body.code]).toEqual([400, 'validation_failed']);
    },
  );
});

describe('PUT /inventory/{product_id}', () => {
  it('sets the stock and writes the difference into the ledger', async () => {
    const set = async (stock: number) => (await admin.call('PUT', '/inventory/2', { json: { stock } })).body;
    expect(await set(130)).toEqual({ product_id: 2, stock: 130, reserved: 0 });
    expect(await set(0)).toEqual({ product_id: 2, stock: 0, reserved: 0 });
    expect(await set(7)).toEqual({ product_id: 2, stock: 7, reserved: 0 });
    // No change, no entry.
    expect(await set(7)).toEqual({ product_id: 2, stock: 7, reserved: 0 });
    const changed_by = admin.userId;
    expect(await ledgerOf(2)).toEqual([
      { pieces: 100, kind: 'initial', changed_by: null },
      { pieces: 30, kind: 'adjustment', changed_by },
      { pieces: -130, kind: 'adjustment', changed_by },
      { pieces: 7, kind: 'adjustment', changed_by },
    ]);
    expect((await customer.call('GET', '/inventory/2')).body).toEqual({ product_id: 2, stock: 7, reserved: 0 });
  });

  it('keeps stock and ledger equal when many set it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, stock) => admin.call('PUT', '/inventory/3', { json: { stock } })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await service.unbalanced()).toEqual([]);
  });

  it('takes the largest number there can be', async () => {
    const { status, body } = await admin.call('PUT', '/inventory/4/', { json: { stock: 2_147_483_647 } });
    expect([status, body.stock]).toEqual([200, 2_147_483_647]);
    expect(await service.unbalanced()).toEqual([]);
  });

  it('changes all or nothing', async () => {
    await service.query('ALTER TABLE stock_movements ADD CONSTRAINT refuses CHECK (false) NOT VALID');
    const { status, text } = await admin.call('PUT', '/inventory/5', { json: { stock: 1 } });
    await service.query('ALTER TABLE stock_movements DROP CONSTRAINT refuses');
    expect(status).toBe(500);
    expect(text).not.toContain('refuses');
    expect((await admin.call('GET', '/inventory/5')).body).toMatchObject({ stock: 100 });
  });

  it('is for admins', async () => {
    const { status, body } = await customer.call('PUT', '/inventory/1', { json: { stock: 1_000 } });
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect((await customer.call('GET', '/inventory/1')).body).toMatchObject({ stock: 100 });
  });

  it('refuses a product that there is not, and makes none', async () => {
    const { status, body } = await admin.call('PUT', '/inventory/4711', { json: { stock: 1 } });
    expect([status, body.code]).toEqual([404, 'product_not_found']);
    expect((await admin.call('GET', '/inventory/4711')).status).toBe(404);
  });

  it.each([
    {},
    null,
    'text',
    { stock: -1 },
    { stock: '5' },
    { stock: 1.5 },
    { stock: null },
    { stock: 2_147_483_648 },
    { stock: 1, reserved: 0 },
    { stock: 1, product_id: 2 },
  ])('refuses the body %j', async (json) => {
    const { status, body } = await admin.call('PUT', '/inventory/1', { json });
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });

  it.each([
    ['half an object', '{"stock":', 'application/json', 400, 'malformed_json'],
    ['a form', 'stock=1', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['70 kB', `{"stock":1,"x":"${'x'.repeat(70_000)}"}`, 'application/json', 413, 'body_too_large'],
  ])('refuses %s', async (_name, text, type, expectedStatus, code) => {
    const { status, body } = await admin.call('PUT', '/inventory/1', { text, headers: { 'content-type': type } });
    expect([status, body.code]).toEqual([expectedStatus, code]);
  });

  it('refuses a request without a body', async () => {
    const { status, body } = await admin.call('PUT', '/inventory/1');
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });

  it.each(['0', '-1', 'abc', '2147483648'])('refuses %s for a product id', async (id) => {
    const { status, body } = await admin.call('PUT', `/inventory/${id}`, { json: { stock: 1 } });
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });
});

describe('without a valid identity', () => {
  it.each(['GET', 'PUT'])('%s is 401', async (method) => {
    const { 'x-identity': assertion = '' } = admin.headers();
    const call = method === 'PUT' ? { json: { stock: 1 } } : {};
    for (const headers of [
      {},
      { 'x-user-id': admin.userId },
      { 'x-user-id': admin.userId, 'x-user-email': 'root@example.org' },
      { 'x-identity': `${assertion}x` },
      { 'x-identity': assertion, 'x-user-id': customer.userId },
    ]) {
      const { status, body } = await service.call(method, '/inventory/1', { ...call, headers });
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
    }
    expect((await customer.call('GET', '/inventory/1')).body).toMatchObject({ stock: 100 });
  });

  it.each(['POST', 'PATCH', 'DELETE'])('stock is not for %s', async (method) => {
    expect((await admin.call(method, '/inventory/1')).status).toBe(405);
  });
});
