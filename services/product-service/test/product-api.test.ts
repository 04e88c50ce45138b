import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startForTest, type TestProductService } from './start-product-service.ts';

const ADA = { userId: '0192f0c4-5a3e-7c21-9d1e-3f1f6a7b8c9d', email: 'ada@example.org', role: 'customer' } as const;

describe('products over HTTP', () => {
  let service: TestProductService;

  beforeAll(async () => {
    service = await startForTest();
  });
  afterAll(() => service.close());

  const get = (path: string, headers: Record<string, string> = {}) => service.call('GET', path, { headers });

  it('shows one product to anyone', async () => {
    const { status, body, headers } = await get('/products/99');
    expect(status).toBe(200);
    expect(body).toEqual({ id: 99, name: 'Wool Storage Box', unit_price_cents: 3690, currency: 'EUR' });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers the same with and without a trailing slash', async () => {
    expect((await get('/products/99/')).body).toEqual((await get('/products/99')).body);
    expect((await get('/products')).rows).toEqual((await get('/products/')).rows);
  });

  it('lists fifty products when not told how many, by id', async () => {
    const { status, rows } = await get('/products/');
    expect(status).toBe(200);
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(rows[0]).toEqual({ id: 1, name: 'Oak Bowl', unit_price_cents: 1490, currency: 'EUR' });
  });

  it.each([1, 7, 33, 50, 100])('leads through all pages of %i by the Link header, each product once', async (limit) => {
    const seen: unknown[] = [];
    let next: string | undefined = `/products/?limit=${limit}`;
    let pages = 0;
    while (next !== undefined) {
      const { rows, headers } = await get(next);
      seen.push(...rows.map(({ id }) => id));
      pages += 1;
      next = headers.get('link')?.match(/^<([^>]+)>; rel="next"$/)?.[1];
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(pages).toBe(Math.ceil(100 / limit));
  });

  it('says which product there is not', async () => {
    const { status, body, headers } = await get('/products/101', { 'x-request-id': 'checkout-7' });
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({
      status: 404,
      code: 'product_not_found',
      detail: 'There is no product 101.',
      instance: 'urn:request:checkout-7',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it.each(['0', '-1', '1.5', '1e2', '0x1', '01', '%201', 'abc', 'NaN', '2147483648', '99999999999999999999', "1'--"])(
    'refuses %s for a product id',
    async (id) => {
      const { status, body } = await get(`/products/${id}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'validation_failed' });
    },
  );

  it('takes the largest product id there can be', async () => {
    expect((await get('/products/2147483647')).status).toBe(404);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=ten',
    'limit=1.5',
    'limit=',
    'limit=1&limit=2',
    'cursor=',
    'page=2',
  ])('refuses the query %s', async (query) => {
    const { status, body } = await get(`/products/?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'validation_failed' });
  });

  const cursor = (position: string) => Buffer.from(position).toString('base64url');
  it.each([
    'garbage',
    '!!',
    'MQ==',
    cursor('0'),
    cursor('-1'),
    cursor('1; DROP'),
    cursor('2147483648'),
    cursor('01'),
    cursor('1\n'),
  ])('refuses %j for a cursor', async (value) => {
    const { status, body } = await get(`/products/?cursor=${encodeURIComponent(value)}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_cursor' });
  });

  it('answers an empty page after the last product, and names no next one', async () => {
    const { status, rows, headers } = await get(`/products/?cursor=${cursor('2147483647')}`);
    expect([status, rows, headers.get('link')]).toEqual([200, [], null]);
  });

  it('lets a known user look too', async () => {
    expect((await get('/products/99', service.identity.headersFor(ADA))).status).toBe(200);
  });

  it('refuses a forged identity, though the page is public', async () => {
    const { 'x-identity': assertion = '' } = service.identity.headersFor(ADA);
    for (const forged of [
      { 'x-user-id': ADA.userId },
      { 'x-user-email': ADA.email },
      { 'x-identity': `${assertion}x` },
      { 'x-identity': assertion, 'x-user-id': '0192f0c4-5a3e-7c21-9d1e-000000000000' },
    ]) {
      const { status, body } = await get('/products/99', forged);
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
    }
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('does not take %s', async (method) => {
    const { status, headers } = await service.call(method, '/products/99');
    expect(status).toBe(405);
    expect(headers.get('allow')).toContain('GET');
  });

  it.each(['/health/ready', '/docs', '/docs/json', '/metrics', '/'])(
    'keeps %s off the public listener',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});
