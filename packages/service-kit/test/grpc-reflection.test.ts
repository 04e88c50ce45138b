import { createRequire } from 'node:module';
import { PRODUCT_CATALOG, ProductCatalogService, productCatalogPackage } from '@agora/protos';
import { createLifecycle, type Lifecycle } from '@agora/service-kit';
import { createGrpcClient, startGrpcServer } from '@agora/service-kit/grpc';
import { silentLogger } from '@agora/tests/logger';
import { type Client, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type Answer = Record<string, { service?: { name: string }[]; fileDescriptorProto?: Buffer[]; errorCode?: number }>;

// The reflection service as grpcurl and its like speak it, from the contract the package carries.
const proto = createRequire(import.meta.url).resolve(
  '@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto',
);
const definition = loadSync(proto)['grpc.reflection.v1.ServerReflection'];
const Reflection = loadPackageDefinition({ Reflection: definition } as ReturnType<typeof loadSync>)
  .Reflection as ServiceClientConstructor;

describe('gRPC reflection', () => {
  let lifecycle: Lifecycle;
  let client: Client;
  let address: string;

  beforeAll(async () => {
    lifecycle = createLifecycle(silentLogger);
    const { port } = await startGrpcServer({
      services: { [PRODUCT_CATALOG]: { definition: ProductCatalogService, implementation: {} } },
      descriptors: productCatalogPackage,
      host: '127.0.0.1',
      port: 0,
      lifecycle,
      logger: silentLogger,
    });
    address = `127.0.0.1:${port}`;
    client = createGrpcClient(address);
  });
  afterAll(async () => {
    client.close();
    await lifecycle.stop();
  });

  async function ask(question: object): Promise<Answer> {
    const { ServerReflectionInfo } = Reflection.service;
    if (ServerReflectionInfo === undefined) throw new Error('not the reflection contract');
    const { path, requestSerialize, responseDeserialize } = ServerReflectionInfo;
    const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    stream.write(question);
    for await (const answer of stream) {
      stream.end();
      return answer as Answer;
    }
    throw new Error('no answer');
  }

  it('names the services, health among them', async () => {
    const { listServicesResponse } = await ask({ listServices: '' });
    const names = listServicesResponse?.service?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([PRODUCT_CATALOG, 'grpc.health.v1.Health']));
  });

  it('describes a method, so that a caller needs no copy of the contract', async () => {
    const { fileDescriptorResponse } = await ask({ fileContainingSymbol: `${PRODUCT_CATALOG}.GetProduct` });
    expect(String(fileDescriptorResponse?.fileDescriptorProto?.[0])).toContain('BatchGetProducts');
  });

  it('says so when there is no such thing', async () => {
    await expect(ask({ fileContainingSymbol: 'agora.Nothing' })).resolves.toMatchObject({
      errorResponse: { errorCode: 5 },
    });
  });
});
