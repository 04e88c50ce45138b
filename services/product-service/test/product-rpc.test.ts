import { ProductCatalogService } from '@agora/protos';
import { callUnary, createGrpcClient } from '@agora/service-kit/grpc';
import { runInRequestContext } from '@agora/telemetry';
import { Client, credentials, status } from '@grpc/grpc-js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startForTest, type TestProductService } from './start-product-service.ts';

const { GetProduct, BatchGetProducts, ListProducts } = ProductCatalogService;
const ALL_IDS = Array.from({ length: 100 }, (_, index) => index + 1);

describe('products over gRPC', () => {
  let service: TestProductService;
  let client: Client;

  beforeAll(async () => {
    service = await startForTest();
    client = createGrpcClient(service.grpcAddress);
  });
  afterAll(async () => {
    client.close();
    await service.close();
  });

  const cursor = (position: string) => Buffer.from(position).toString('base64url');

  describe('GetProduct', () => {
    it('answers name and price', async () => {
      await expect(callUnary(client, GetProduct, { id: 99 })).resolves.toEqual({
        id: 99,
        name: 'Wool Storage Box',
        unitPriceCents: 3690,
        currency: 'EUR',
      });
    });

    it('says which product there is not', async () => {
      await expect(callUnary(client, GetProduct, { id: 2_147_483_647 })).rejects.toMatchObject({
        kind: 'not_found',
        code: 'product_not_found',
        message: 'There is no product 2147483647.',
      });
    });

    it.each([0, -1, -2_147_483_648])('refuses %i for an id', async (id) => {
      await expect(callUnary(client, GetProduct, { id })).rejects.toMatchObject({ code: 'invalid_product_id' });
    });

    it('takes an absent id for 0, as proto3 does', async () => {
      await expect(callUnary(client, GetProduct, {})).rejects.toMatchObject({ code: 'invalid_product_id' });
    });

    it('writes the request id of the caller on its line', async () => {
      await runInRequestContext({ requestId: 'purchase-17' }, () => callUnary(client, GetProduct, { id: 1 }));
      expect(service.logs).toContainEqual(
        expect.objectContaining({ request_id: 'purchase-17', method: GetProduct.path, status: 'OK' }),
      );
    });
  });

  describe('BatchGetProducts', () => {
    it('answers in the order asked, and names what is not sold', async () => {
      const { products, missingIds } = await callUnary(client, BatchGetProducts, { ids: [99, 500, 1, 42, 501] });
      expect(products.map(({ id }) => id)).toEqual([99, 1, 42]);
      expect(missingIds).toEqual([500, 501]);
    });

    it('answers nothing when asked for nothing', async () => {
      await expect(callUnary(client, BatchGetProducts, {})).resolves.toEqual({ products: [], missingIds: [] });
    });

    it('takes a hundred ids and refuses one more', async () => {
      const { products } = await callUnary(client, BatchGetProducts, { ids: ALL_IDS });
      expect(products).toHaveLength(100);
      const tooMany = callUnary(client, BatchGetProducts, { ids: [...ALL_IDS, 101] });
      await expect(tooMany).rejects.toMatchObject({ kind: 'invalid', code: 'too_many_products' });
    });

    it('refuses an id that is not positive', async () => {
      const answer = callUnary(client, BatchGetProducts, { ids: [1, 0] });
      await expect(answer).rejects.toMatchObject({ kind: 'invalid', code: 'invalid_product_id' });
    });
  });

  describe('ListProducts', () => {
    it.each([1, 30, 100, 0])('leads through all pages of %i (0 is 100)', async (pageSize) => {
      const seen: number[] = [];
      let pageToken = '';
      let pages = 0;
      do {
        const page = await callUnary(client, ListProducts, { pageSize, pageToken });
        seen.push(...page.products.map(({ id }) => id));
        pageToken = page.nextPageToken;
        pages += 1;
      } while (pageToken !== '');
      expect(seen).toEqual(ALL_IDS);
      expect(pages).toBe(Math.ceil(100 / (pageSize || 100)));
    });

    it.each([-1, 101, 2_147_483_647])('refuses pages of %i', async (pageSize) => {
      const answer = callUnary(client, ListProducts, { pageSize });
      await expect(answer).rejects.toMatchObject({ kind: 'invalid', code: 'invalid_page_size' });
    });

    it.each(['garbage', cursor('0'), cursor('2147483648'), cursor("1'--")])(
      'refuses the token %j',
      async (pageToken) => {
        const answer = callUnary(client, ListProducts, { pageToken });
        await expect(answer).rejects.toMatchObject({ kind: 'invalid', code: 'invalid_cursor' });
      },
    );
  });

  it('does not read a message over 256 KiB', async () => {
    const unlimited = new Client(service.grpcAddress, credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
    });
    const ids = Array.from({ length: 300_000 }, () => 1);
    const cause = { code: status.RESOURCE_EXHAUSTED };
    await expect(callUnary(unlimited, BatchGetProducts, { ids })).rejects.toMatchObject({ cause });
    unlimited.close();
  });

  it('answers bytes that are no request with a status, and goes on', async () => {
    const garbage = { ...GetProduct, requestSerialize: () => Buffer.from('ffffffff', 'hex') };
    await expect(callUnary(client, garbage, {})).rejects.toMatchObject({ code: status.INTERNAL });
    await expect(callUnary(client, GetProduct, { id: 1 })).resolves.toMatchObject({ id: 1 });
  });

  it('gives up at the deadline when the database is held up', async () => {
    const holder = await holdProducts(service.database.url);
    const startedAt = Date.now();
    const slow = callUnary(client, GetProduct, { id: 1 }, { deadlineMs: 200 });
    await expect(slow).rejects.toMatchObject({ kind: 'unavailable', cause: { code: status.DEADLINE_EXCEEDED } });
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    await holder.end();
    await expect(callUnary(client, GetProduct, { id: 1 })).resolves.toMatchObject({ id: 1 });
  });
});

/** A session that locks the table for itself until it ends. */
async function holdProducts(url: string) {
  const session = new pg.Client({ connectionString: url });
  await session.connect();
  await session.query('BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE');
  return session;
}
