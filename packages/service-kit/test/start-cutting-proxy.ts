import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Passes bytes through, but for the first connections, which it cuts as soon as the client has said something. */
export async function startCuttingProxy(target: number, cuts: number) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    if (connections <= cuts) return socket.once('data', () => socket.destroy());
    const upstream = connect(target, '127.0.0.1');
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    return socket.pipe(upstream).pipe(socket);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as { port: number };
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => proxy.close(done));
  };
  return { port, connections: () => connections, close };
}
