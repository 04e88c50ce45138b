import { PRODUCT_CATALOG, ProductCatalogService, productCatalogPackage } from '@agora/protos';
import { createLifecycle, DomainError } from '@agora/service-kit';
import { startGrpcServer, unary } from '@agora/service-kit/grpc';
import { currentRequestContext } from '@agora/telemetry';
import { silentLogger } from '@agora/tests/logger';

export type FakeCatalog = {
  /** host:port */
  readonly address: string;
  /** The product of each call, and the request it was made for. */
  readonly calls: { readonly productId: number; readonly requestId: string | undefined }[];
  /** From now on calls are answered like this. */
  behave(mode: 'well' | 'refusing' | 'hanging'): void;
  setPrice(productId: number, unitPriceCents: number): void;
  close(): Promise<void>;
};

/** product-service as far as order-service sees it, over real gRPC: products 1 to 100, each at its id in euros. */
export async function startFakeCatalog(): Promise<FakeCatalog> {
  const lifecycle = createLifecycle(silentLogger);
  const calls: FakeCatalog['calls'] = [];
  const prices = new Map<number, number>();
  let mode: 'well' | 'refusing' | 'hanging' = 'well';
  const unused = () => Promise.reject(new Error('order-service does not call this'));
  const implementation = {
    GetProduct: unary(async ({ id }: { id: number }) => {
      calls.push({ productId: id, requestId: currentRequestContext()?.requestId });
      if (mode === 'refusing') throw new DomainError('unavailable', 'unavailable', 'not now');
      if (mode === 'hanging') await new Promise(() => {});
      if (id > 100) throw new DomainError('not_found', 'product_not_found', `There is no product ${id}.`);
      return { id, name: `Product ${id}`, unitPriceCents: prices.get(id) ?? id * 100, currency: 'EUR' };
    }, silentLogger),
    BatchGetProducts: unary(unused, silentLogger),
    ListProducts: unary(unused, silentLogger),
  };
  const { port } = await startGrpcServer({
    services: { [PRODUCT_CATALOG]: { definition: ProductCatalogService, implementation } },
    descriptors: productCatalogPackage,
    host: '127.0.0.1',
    port: 0,
    lifecycle,
    logger: silentLogger,
    drainMs: 100,
  });
  return {
    address: `127.0.0.1:${port}`,
    calls,
    behave: (next) => {
      mode = next;
    },
    setPrice: (productId, unitPriceCents) => void prices.set(productId, unitPriceCents),
    close: () => lifecycle.stop(),
  };
}
