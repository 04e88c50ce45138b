import { createGrpcClient } from '@agora/service-kit/grpc';
import { eventually } from '@agora/tests/eventually';
import { startProductService } from '@agora/tests/start-product-service';
import type { Client } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProductCatalog } from '../src/clients/product-catalog.ts';
import { startFakeCatalog } from './fake-catalog.ts';

// What the other tests let stand in for product-service has to behave like it.
describe.each([
  ['the fake', startFakeCatalog],
  ['product-service', startProductService],
])('the catalogue, %s', (_name, start) => {
  let neighbour: Awaited<ReturnType<typeof start>>;
  let client: Client;
  let catalog: ReturnType<typeof createProductCatalog>;
  beforeAll(async () => {
    neighbour = await start();
    client = createGrpcClient(neighbour.address);
    catalog = createProductCatalog(client);
  });
  afterAll(async () => {
    client?.close();
    await neighbour?.close();
  });

  it('prices what it sells', async () => {
    for (const productId of [1, 99, 100]) {
      const { unitPriceCents, currency } = await catalog.priceOf(productId);
      expect(unitPriceCents).toBeGreaterThan(0);
      expect(Number.isInteger(unitPriceCents)).toBe(true);
      expect(currency).toBe('EUR');
    }
  });

  it.each([101, 2_147_483_647])('does not know product %i', async (productId) => {
    await expect(catalog.priceOf(productId)).rejects.toMatchObject({ kind: 'not_found', code: 'product_not_found' });
  });
});

describe('product-service as it comes and goes', () => {
  it('is unavailable while it is away, and prices again when it is back', async () => {
    const neighbour = await startProductService();
    const client = createGrpcClient(neighbour.address);
    try {
      const catalog = createProductCatalog(client);
      await catalog.priceOf(99);
      await neighbour.stop();
      const refusal = { kind: 'unavailable', code: 'catalogue_unavailable', retryAfterSeconds: 1 };
      await expect(catalog.priceOf(99)).rejects.toMatchObject(refusal);
      await neighbour.start();
      await eventually(() => catalog.priceOf(99));
    } finally {
      client.close();
      await neighbour.close();
    }
  });
});
