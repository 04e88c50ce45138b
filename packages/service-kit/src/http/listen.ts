import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Lifecycle } from '../lifecycle.ts';
import type { HttpApp } from './http-app.ts';

const SWEEP_MS = 100;
/** How long a connection that has not asked anything may still do so. Gateways open some ahead and never use them. */
const SILENT_MS = 1_000;
/** A request that takes longer than this is one that the gateway gave up on as well. */
const DRAIN_MS = 8_000;

/**
 * Opens the app and registers its drain: on stop no new connection is taken, requests in flight get 8 s to finish,
 * idle connections are closed. Port 0 takes a free one; the answer says which.
 */
export async function listen(
  app: HttpApp,
  lifecycle: Lifecycle,
  { host, port: wanted, drainMs = DRAIN_MS }: { host: string; port: number; drainMs?: number },
): Promise<{ port: number }> {
  const silent = trackSilent(app.server);
  await app.listen({ host, port: wanted, listenTextResolver: (address) => `listening at ${address}` });
  const { port } = app.server.address() as AddressInfo;
  lifecycle.onStop(`http ${host}:${port}`, () => drain(app, silent, drainMs));
  return { port };
}

/** The connections over which no request has come yet. For Node they are neither idle nor busy. */
function trackSilent(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return silent;
}

async function drain(app: HttpApp, silent: ReadonlySet<Socket>, drainMs: number): Promise<void> {
  const { server } = app;
  // Node closes the connections that are idle now, and stops looking at its timeouts. One that becomes idle later, or a client
  // that never ends its request, would keep the server open for longer than we may take.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const hangUp = setTimeout(() => {
    for (const socket of silent) socket.destroy();
  }, SILENT_MS);
  const end = setTimeout(() => server.closeAllConnections(), drainMs);
  await app.close().finally(() => {
    clearInterval(sweep);
    clearTimeout(hangUp);
    clearTimeout(end);
  });
}
