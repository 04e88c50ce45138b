import type { Logger } from '@agora/telemetry';
import type {
  Client,
  handleUnaryCall,
  MethodDefinition,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';

/** `GetProduct: unary((request) => getProduct(deps, request), logger)` */
export function unary<Req, Res>(_method: (request: Req) => Promise<Res>, _logger: Logger): handleUnaryCall<Req, Res> {
  throw new Error('not yet');
}
export type GrpcServerOptions = {
  services: readonly { definition: ServiceDefinition; implementation: UntypedServiceImplementation }[];
  package: PackageDefinition;
  host: string;
  port: number;
  lifecycle: {
    onStop(name: string, close: () => unknown | Promise<unknown>): void;
    onStopping(listener: () => void): void;
  };
  logger: Logger;
};
export async function startGrpcServer(_options: GrpcServerOptions): Promise<{ port: number }> {
  throw new Error('not yet');
}
/** `address` is host:port; connects on the first call; close it with `client.close()`. */
export function createGrpcClient(_address: string): Client {
  throw new Error('not yet');
}
/** `callUnary(client, ProductCatalogService.GetProduct, { id }, { deadlineMs: 500 })`; rejects with a DomainError. */
export async function callUnary<ReqIn, ReqOut, ResIn, ResOut>(
  _client: Client,
  _method: MethodDefinition<ReqIn, ResIn> | import('@grpc/proto-loader').MethodDefinition<ReqIn, ResIn, ReqOut, ResOut>,
  _request: ReqIn,
  _options?: { deadlineMs?: number },
): Promise<ResOut> {
  throw new Error('not yet');
}
