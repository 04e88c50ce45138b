/** Every wait of the broker connections, in ms. Tests shorten them. */
export type BrokerTimings = {
  /** For TCP connect and each step of the handshake. */
  readonly connectTimeoutMs: number;
  /** For connect, handshake and declaration together: a frozen broker accepts connections and says nothing. */
  readonly openTimeoutMs: number;
  /** Sooner than the heartbeat's 20-30 s, so a half-open connection is seen here first. */
  readonly confirmTimeoutMs: number;
  readonly reconnectFirstMs: number;
  readonly reconnectCapMs: number;
  /** A session that lived this long starts the reconnect backoff anew. */
  readonly healthyAfterMs: number;
  /** Wrong password, wrong queue arguments: a person has to act, so hurry helps nobody. The first waits are shorter. */
  readonly configurationRetryMs: number;
  /** For copies that are not confirmed yet when a consumer stops or pauses. */
  readonly copiesTimeoutMs: number;
  /** For a polite close, of a channel or a connection; then the socket is cut. */
  readonly closeTimeoutMs: number;
};

export const BROKER_TIMINGS: BrokerTimings = {
  connectTimeoutMs: 5_000,
  openTimeoutMs: 15_000,
  confirmTimeoutMs: 10_000,
  reconnectFirstMs: 100,
  reconnectCapMs: 10_000,
  healthyAfterMs: 30_000,
  configurationRetryMs: 60_000,
  copiesTimeoutMs: 5_000,
  closeTimeoutMs: 2_000,
};
