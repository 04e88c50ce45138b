import { Client, credentials } from '@grpc/grpc-js';
import { MESSAGE_LIMITS } from './limits.ts';

// Replicas behind one name share the calls.
const SERVICE_CONFIG = JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }], methodConfig: [] });

/**
 * A client of the server at `address` (host:port), for `callUnary`. It connects with the first call, notices a dead
 * connection within 15 s, and goes on looking for a server that is gone, at least every second.
 * The caller closes it: `client.close()`.
 */
export function createGrpcClient(address: string): Client {
  return new Client(address, credentials.createInsecure(), {
    ...MESSAGE_LIMITS,
    'grpc.service_config': SERVICE_CONFIG,
    'grpc.service_config_disable_resolution': 1,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 1_000,
    // Neighbours are asked directly, whatever HTTP_PROXY says.
    'grpc.enable_http_proxy': 0,
  });
}
