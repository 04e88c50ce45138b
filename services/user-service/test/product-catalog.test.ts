import { type ProductCatalogHandlers, ProductCatalogService } from '@agora/protos';
import { createGrpcClient } from '@agora/service-kit/grpc';
import { runInRequestContext } from '@agora/telemetry';
import { type Client, Server, ServerCredentials, type StatusObject, status } from '@grpc/grpc-js';
import { afterEach, expect, it } from 'vitest';
import { createProductCatalog } from '../src/clients/product-catalog.ts';

const TEAPOT = { id: 99, name: 'Teapot', unitPriceCents: 1999, currency: 'EUR' };

let server: Server | undefined;
let client: Client | undefined;
afterEach(() => {
  client?.close();
  server?.forceShutdown();
});

/** A catalogue that behaves as the real one never should on purpose. */
async function against(getProduct: ProductCatalogHandlers['GetProduct']) {
  const unimplemented = () => {};
  server = new Server();
  server.addService(ProductCatalogService, {
    GetProduct: getProduct,
    BatchGetProducts: unimplemented,
    ListProducts: unimplemented,
  });
  const port = await new Promise<number>((resolve, reject) =>
    server?.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  client = createGrpcClient(`127.0.0.1:${port}`);
  return createProductCatalog(client);
}

const refusal = (code: status): Partial<StatusObject> => ({ code, details: 'at 10.0.0.7:50051' });

it('hands the request id on', async () => {
  const seen: unknown[] = [];
  const catalog = await against(({ metadata, request }, callback) => {
    seen.push(metadata.get('x-request-id'), request.id);
    callback(null, TEAPOT);
  });
  const product = await runInRequestContext({ requestId: 'request-0001' }, () => catalog.product(99));
  expect(product).toEqual(TEAPOT);
  expect(seen).toEqual([['request-0001'], 99]);
});

it('asks once more when the catalogue was away for a moment', async () => {
  let calls = 0;
  const catalog = await against((_call, callback) => {
    calls += 1;
    if (calls === 1) callback(refusal(status.UNAVAILABLE));
    else callback(null, TEAPOT);
  });
  expect(await catalog.product(99)).toEqual(TEAPOT);
  expect(calls).toBe(2);
});

it('gives up after two tries', async () => {
  let calls = 0;
  const catalog = await against((_call, callback) => {
    calls += 1;
    callback(refusal(status.UNAVAILABLE));
  });
  const failure = await catalog.product(99).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'unavailable', code: 'catalogue_unavailable', retryAfterSeconds: 1 });
  expect(String(failure)).not.toContain('10.0.0.7');
  expect(calls).toBe(2);
});

it('does not wait for ever', async () => {
  const catalog = await against(() => {});
  const asked = performance.now();
  await expect(catalog.product(99)).rejects.toMatchObject({ code: 'catalogue_unavailable' });
  expect(performance.now() - asked).toBeLessThan(2_000);
});

it('tells an unknown product from a catalogue at fault', async () => {
  const unknown = await against((_call, callback) => callback(refusal(status.NOT_FOUND)));
  await expect(unknown.product(99)).rejects.toMatchObject({ kind: 'not_found', code: 'product_not_found' });
  client?.close();
  server?.forceShutdown();
  const broken = await against((_call, callback) => callback(refusal(status.INTERNAL)));
  await expect(broken.product(99)).rejects.not.toHaveProperty('kind');
});
