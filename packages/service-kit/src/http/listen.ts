import type { AddressInfo } from 'node:net';
import type { Lifecycle } from '../lifecycle.ts';
import type { HttpApp } from './http-app.ts';

const SWEEP_MS = 100;

/**
 * Opens the app and registers its drain: on stop no new connection is taken, requests in flight are finished, idle
 * connections are closed. Port 0 takes a free one; the answer says which.
 */
export async function listen(
  app: HttpApp,
  lifecycle: Lifecycle,
  at: { host: string; port: number },
): Promise<{ port: number }> {
  await app.listen({ ...at, listenTextResolver: (address) => `listening at ${address}` });
  const { port } = app.server.address() as AddressInfo;
  lifecycle.onStop(`http ${at.host}:${port}`, () => drain(app));
  return { port };
}

async function drain(app: HttpApp): Promise<void> {
  // Node closes the connections that are idle now. One that becomes idle later would keep the server open for its
  // keep-alive time, longer than we may take.
  const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
  await app.close().finally(() => clearInterval(sweep));
}
