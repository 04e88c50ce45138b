import { PRODUCT_CATALOG, ProductCatalogService } from '@agora/protos';
import { callUnary, createGrpcClient } from '@agora/service-kit/grpc';
import { eventually } from '@agora/tests/eventually';
import { service as healthService } from 'grpc-health-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startForTest, type TestProductService } from './start-product-service.ts';

describe('health of product-service', () => {
  let service: TestProductService;

  beforeEach(async () => {
    service = await startForTest();
  });
  afterEach(() => service.close());

  it('is alive, started and ready, and says since when the database answers', async () => {
    expect((await service.callInternal('/health/live')).status).toBe(200);
    expect((await service.callInternal('/health/startup')).status).toBe(200);
    const { status, body } = await service.callInternal('/health/ready');
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok', parts: { postgres: { status: 'ok', last_ok_seconds_ago: 0 } } });
  });

  it('serves its document, with every route, on the internal listener', async () => {
    const { body } = await service.callInternal('/docs/json');
    expect(Object.keys(body.paths as object)).toEqual(['/products/', '/products/{product_id}']);
  });

  it('is alive but not ready without its database, says so over both transports, and mends by itself', async () => {
    const client = createGrpcClient(service.grpcAddress);
    const { GetProduct } = ProductCatalogService;
    await service.database.cut();
    const page = await service.call('GET', '/products/1');
    expect([page.status, page.body.code, page.headers.get('retry-after')]).toEqual([503, 'unavailable', '1']);
    await expect(callUnary(client, GetProduct, { id: 1 })).rejects.toMatchObject({ kind: 'unavailable' });
    const report = await service.callInternal('/health/ready');
    expect(report.status).toBe(503);
    expect(report.body).toMatchObject({ status: 'down', parts: { postgres: { status: 'down' } } });
    expect((await service.callInternal('/health/live')).status).toBe(200);

    await service.database.restore();
    expect((await service.call('GET', '/products/1')).status).toBe(200);
    await expect(callUnary(client, GetProduct, { id: 1 })).resolves.toMatchObject({ id: 1 });
    expect((await service.callInternal('/health/ready')).status).toBe(200);
    client.close();
  });

  it('answers SERVING for the catalogue, and NOT_SERVING from the moment it drains', async () => {
    const client = createGrpcClient(service.grpcAddress);
    const { Check, Watch } = healthService;
    if (Check === undefined || Watch === undefined) throw new Error('not the health contract');
    await expect(callUnary(client, Check, { service: PRODUCT_CATALOG })).resolves.toEqual({ status: 'SERVING' });
    await expect(callUnary(client, Check, { service: '' })).resolves.toEqual({ status: 'SERVING' });
    await expect(callUnary(client, Check, { service: 'agora.Nothing' })).rejects.toMatchObject({ kind: 'not_found' });

    const seen: unknown[] = [];
    const watch = client.makeServerStreamRequest(Watch.path, Watch.requestSerialize, Watch.responseDeserialize, {
      service: PRODUCT_CATALOG,
    });
    watch.on('data', (answer) => seen.push(answer));
    watch.on('error', () => {});
    await eventually(() => expect(seen).toEqual([{ status: 'SERVING' }]));
    const stopped = service.lifecycle.stop();
    await eventually(() => expect(seen.at(-1)).toEqual({ status: 'NOT_SERVING' }));
    watch.cancel();
    await stopped;
    const late = callUnary(client, ProductCatalogService.GetProduct, { id: 1 });
    await expect(late).rejects.toMatchObject({ kind: 'unavailable' });
    client.close();
  });
});
