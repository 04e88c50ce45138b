import type { Logger } from '@agora/telemetry';
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, protoPath as healthProtoPath } from 'grpc-health-check';
import type { Lifecycle } from '../lifecycle.ts';
import { MESSAGE_LIMITS } from './limits.ts';

/** A call's deadline is a second; what is still open after this long is a health `Watch` or a peer that is gone. */
const DRAIN_MS = 5_000;

export type GrpcServerOptions = {
  /** By full name, as the health service is asked for them. */
  readonly services: Readonly<
    Record<string, { definition: ServiceDefinition; implementation: UntypedServiceImplementation }>
  >;
  /** Descriptors of all services, for reflection. */
  readonly descriptors: PackageDefinition;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly lifecycle: Pick<Lifecycle, 'onStop' | 'onStopping'>;
  readonly logger: Logger;
  /** How long calls in progress have to end when stopping; 5 s when absent. Then the connections are cut. */
  readonly drainMs?: number;
};

/**
 * Serves over gRPC, with the standard health service and reflection, without TLS: for 127.0.0.1 or an internal network.
 *
 * Stopping, registered on the lifecycle: health says NOT_SERVING at once, new calls are refused, those in progress end.
 * Rejects when the address cannot be bound.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<{ port: number }> {
  const { services, descriptors, host, port, lifecycle, logger, drainMs = DRAIN_MS } = options;
  const server = new Server({
    ...MESSAGE_LIMITS,
    'grpc.max_concurrent_streams': 100,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 5_000,
  });
  const names = ['', ...Object.keys(services)];
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'SERVING'])));
  for (const { definition, implementation } of Object.values(services)) server.addService(definition, implementation);
  health.addToServer(server);
  new ReflectionService({ ...descriptors, ...loadSync(healthProtoPath) }).addToServer(server);

  const bound = await bind(server, host, port);
  lifecycle.onStopping(() => {
    for (const name of names) health.setStatus(name, 'NOT_SERVING');
  });
  logger.info(`gRPC listening at ${host}:${bound}`);
  lifecycle.onStop('grpc', () => drain(server, drainMs, logger));
  return { port: bound };
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (cause, bound) => {
      if (cause === null) resolve(bound);
      else reject(new Error(`gRPC cannot listen on ${host}:${port}: ${cause.message}`, { cause }));
    });
  });
}

function drain(server: Server, drainMs: number, logger: Logger): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      logger.warn('grpc connections cut');
      server.forceShutdown();
      // `tryShutdown` may never call back now: Node ends a session that was closing politely, and waits for the peer to agree.
      resolve();
    }, drainMs);
    server.tryShutdown((error) => {
      clearTimeout(late);
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}
