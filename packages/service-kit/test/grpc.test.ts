import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import {
  PRODUCT_CATALOG,
  type Product,
  type ProductCatalogHandlers,
  ProductCatalogService,
  productCatalogPackage,
} from '@agora/protos';
import { createLifecycle, DomainError } from '@agora/service-kit';
import { callUnary, createGrpcClient, startGrpcServer, unary } from '@agora/service-kit/grpc';
import { currentRequestContext, runInRequestContext } from '@agora/telemetry';
import { createTestLogger, silentLogger } from '@agora/tests/logger';
import { Client, credentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { startCuttingProxy } from './start-cutting-proxy.ts';

const PRODUCT = { id: 1, name: 'Oak Bowl', unitPriceCents: 1490, currency: 'EUR' };
const { GetProduct } = ProductCatalogService;

describe('gRPC between two services', () => {
  const { logger, lines } = createTestLogger();
  const open: { stop(): Promise<void> }[] = [];
  const clients: Client[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(open.splice(0).map((lifecycle) => lifecycle.stop()));
    lines.length = 0;
  });

  async function serve(getProduct: (id: number) => Promise<Product>, port = 0, drainMs = 5_000) {
    const lifecycle = createLifecycle(silentLogger);
    open.push(lifecycle);
    const notCalled = () => Promise.reject(new Error('not called'));
    const implementation: ProductCatalogHandlers = {
      GetProduct: unary(({ id }) => getProduct(id), logger),
      BatchGetProducts: unary(notCalled, logger),
      ListProducts: unary(notCalled, logger),
    };
    const server = await startGrpcServer({
      services: { [PRODUCT_CATALOG]: { definition: ProductCatalogService, implementation } },
      descriptors: productCatalogPackage,
      host: '127.0.0.1',
      port,
      lifecycle,
      logger,
      drainMs,
    });
    lines.length = 0;
    return { lifecycle, port: server.port };
  }

  function connect(port: number): Client {
    const client = createGrpcClient(`127.0.0.1:${port}`);
    clients.push(client);
    return client;
  }

  it('answers, and carries the request id along', async () => {
    const seen: unknown[] = [];
    const { port } = await serve(async () => {
      seen.push(currentRequestContext());
      return PRODUCT;
    });
    const context = { requestId: 'order-4711', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const answer = await runInRequestContext(context, () => callUnary(connect(port), GetProduct, { id: 1 }));
    expect(answer).toEqual(PRODUCT);
    expect(seen).toEqual([context]);
    expect(lines).toMatchObject([{ level: 'info', request_id: 'order-4711', method: GetProduct.path, status: 'OK' }]);
  });

  it('makes a request id where the caller has none', async () => {
    const { port } = await serve(async () => PRODUCT);
    await callUnary(connect(port), GetProduct, { id: 1 });
    expect(lines).toMatchObject([{ request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
  });

  it.each(['invalid', 'not_found', 'conflict', 'unavailable'] as const)(
    'keeps a refusal of kind %s, with code and sentence',
    async (kind) => {
      const { port } = await serve(async () => {
        throw new DomainError(kind, 'some_code', 'A sentence.');
      });
      const answer = callUnary(connect(port), GetProduct, { id: 1 });
      await expect(answer).rejects.toBeInstanceOf(DomainError);
      await expect(answer).rejects.toMatchObject({ kind, code: 'some_code', message: 'A sentence.' });
    },
  );

  it.each(['unauthenticated', 'forbidden'] as const)('does not blame the user when the service is %s', async (kind) => {
    const { port } = await serve(async () => {
      throw new DomainError(kind, 'some_code', 'A sentence.');
    });
    await expect(callUnary(connect(port), GetProduct, { id: 1 })).rejects.not.toBeInstanceOf(DomainError);
  });

  it('keeps the text of an unexpected error to itself, and logs it once', async () => {
    const { port } = await serve(async () => {
      throw new Error('password authentication failed for user ada');
    });
    const error = await callUnary(connect(port), GetProduct, { id: 1 }).catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(DomainError);
    expect(String(error)).not.toContain('ada');
    expect(lines).toMatchObject([
      { level: 'error', msg: 'rpc failed', err: { message: expect.stringContaining('ada') } },
    ]);
  });

  it('says unavailable when the database is gone, and not that the program is wrong', async () => {
    const { port } = await serve(async () => {
      throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
    });
    const answer = callUnary(connect(port), GetProduct, { id: 1 });
    await expect(answer).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.not.stringContaining('10.0.0.7'),
    });
    expect(lines[0]).toMatchObject({ level: 'warn', code: 'unavailable' });
  });

  it('gives up at the deadline', async () => {
    const { port } = await serve(() => new Promise(() => {}));
    const startedAt = Date.now();
    await expect(callUnary(connect(port), GetProduct, { id: 1 }, { deadlineMs: 150 })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'unavailable',
    });
    expect(Date.now() - startedAt).toBeLessThan(600);
  });

  it('says unavailable, and no address, when nobody listens', async () => {
    const { port, lifecycle } = await serve(async () => PRODUCT);
    await lifecycle.stop();
    const error = await callUnary(connect(port), GetProduct, { id: 1 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect((error as Error).message).not.toContain('127.0.0.1');
  });

  it('tries an UNAVAILABLE call once more, and no more than once', async () => {
    let calls = 0;
    const { port } = await serve(async () => {
      calls += 1;
      if (calls === 1) throw new DomainError('unavailable', 'database_down', 'Later.');
      return PRODUCT;
    });
    const client = connect(port);
    await expect(callUnary(client, GetProduct, { id: 1 })).resolves.toEqual(PRODUCT);
    expect(calls).toBe(2);

    calls = -10;
    const always = await serve(async () => {
      calls += 1;
      throw new DomainError('unavailable', 'database_down', 'Later.');
    });
    await expect(callUnary(connect(always.port), GetProduct, { id: 1 })).rejects.toMatchObject({
      code: 'database_down',
    });
    expect(calls).toBe(-8);
  });

  it('does not try again what was refused', async () => {
    let calls = 0;
    const { port } = await serve(async () => {
      calls += 1;
      throw new DomainError('not_found', 'product_not_found', 'There is no product 1.');
    });
    await expect(callUnary(connect(port), GetProduct, { id: 1 })).rejects.toThrow();
    expect(calls).toBe(1);
  });

  it('answers a call that met no server, when the server is back at once', async () => {
    const first = await serve(async () => PRODUCT);
    const client = connect(first.port);
    await callUnary(client, GetProduct, { id: 1 });
    await first.lifecycle.stop();
    const whileAway = callUnary(client, GetProduct, { id: 1 });
    await serve(async () => ({ ...PRODUCT, name: 'after the restart' }), first.port);
    await expect(whileAway).resolves.toMatchObject({ name: 'after the restart' });
  });

  // Twice: it waits for the connection to come back, and does not use up its second try before.
  it.each([1, 2])('retries a call whose connection is cut in the middle, %i time(s)', async (cuts) => {
    const { port } = await serve(async () => PRODUCT);
    const proxy = await startCuttingProxy(port, cuts);
    await expect(callUnary(connect(proxy.port), GetProduct, { id: 1 })).resolves.toEqual(PRODUCT);
    expect(proxy.connections()).toBe(cuts + 1);
    await proxy.close();
  });

  it('refuses messages over 256 KiB, both ways, whatever the other side allows', async () => {
    const { port } = await serve(async () => ({ ...PRODUCT, name: 'x'.repeat(300_000) }));
    const unlimited = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
      'grpc.max_receive_message_length': -1,
    });
    clients.push(unlimited);
    const big = { ...GetProduct, requestSerialize: () => Buffer.alloc(300_000) };
    const cause = { code: status.RESOURCE_EXHAUSTED };
    await expect(callUnary(unlimited, big, { id: 1 })).rejects.toMatchObject({ kind: 'unavailable', cause });
    await expect(callUnary(unlimited, GetProduct, { id: 1 })).rejects.toMatchObject({ kind: 'unavailable', cause });
  });

  it('ends calls in progress before it stops, and takes no new ones', async () => {
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const { promise: work, resolve: finish } = Promise.withResolvers<Product>();
    const { port, lifecycle } = await serve(() => {
      start();
      return work;
    });
    const client = connect(port);
    const slow = callUnary(client, GetProduct, { id: 1 }, { deadlineMs: 5_000 });
    await started;
    const stopped = lifecycle.stop();
    await expect(callUnary(connect(port), GetProduct, { id: 2 })).rejects.toMatchObject({ kind: 'unavailable' });
    finish(PRODUCT);
    await expect(slow).resolves.toEqual(PRODUCT);
    await stopped;
  });

  it('does not wait for ever for a call that does not end', async () => {
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const never = async () => {
      start();
      return new Promise<Product>(() => {});
    };
    const { port, lifecycle } = await serve(never, 0, 200);
    const stuck = callUnary(connect(port), GetProduct, { id: 1 }, { deadlineMs: 10_000 });
    const cut = expect(stuck).rejects.toMatchObject({ kind: 'unavailable' });
    await started;
    await lifecycle.stop();
    await cut;
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'grpc connections cut' }));
  });

  it('does not wait for ever for a peer that is gone without a word', async () => {
    const { port, lifecycle } = await serve(async () => PRODUCT, 0, 200);
    const silent = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
    // A client's preface and an empty SETTINGS frame; then it neither answers nor closes.
    silent.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0');
    await once(silent, 'data');
    await lifecycle.stop();
    silent.destroy();
  });

  it('says which address is taken', async () => {
    const { port } = await serve(async () => PRODUCT);
    await expect(serve(async () => PRODUCT, port)).rejects.toThrow(`127.0.0.1:${port}`);
  });
});
