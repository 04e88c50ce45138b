import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

type ProxyMode = 'pass' | 'refuse' | 'silent' | 'silent-answers';

export type TcpProxy = {
  readonly port: number;
  /** How many connections were accepted so far. */
  readonly accepted: () => number;
  /**
   * `pass` forwards, `refuse` cuts every connection and takes no new one, `silent` accepts and forwards nothing,
   * `silent-answers` forwards what the client says and nothing of what the server answers.
   */
  set(mode: ProxyMode): void;
  /** Forwards nothing any more of connections that said this in their first bytes. */
  hush(marker: string): void;
  /** Resets every connection there is; new ones are served. */
  cut(): void;
  /** Lets so many bytes of the server through on each connection, then resets it or falls silent. */
  limitAnswers(bytes: number, then: 'cut' | 'silence'): void;
  /** Client connections that are open now. */
  readonly open: () => number;
  close(): Promise<void>;
};

/** Stands between a client and a real server, to break their connection in ways a server of ours cannot be asked for. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let mode: ProxyMode = 'pass';
  let accepted = 0;
  let limit = Number.POSITIVE_INFINITY;
  let beyond: 'cut' | 'silence' = 'cut';
  const clients = new Set<Socket>();
  let hushed: string | undefined;
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    accepted += 1;
    client.on('error', () => {});
    keep(client);
    if (mode === 'refuse') return void client.resetAndDestroy();
    const upstream = connect(target);
    upstream.on('error', () => client.resetAndDestroy());
    keep(upstream);
    let fromServer = 0;
    let firstWords = '';
    const isHushed = (): boolean => hushed !== undefined && firstWords.includes(hushed);
    client.on('data', (chunk) => {
      if (firstWords.length < 1_000) firstWords += chunk.toString('latin1');
      if (mode !== 'silent' && !isHushed()) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (mode !== 'pass' || isHushed()) return;
      fromServer += chunk.length;
      if (fromServer <= limit) client.write(chunk);
      else if (beyond === 'cut') client.resetAndDestroy();
    });
    clients.add(client);
    client.on('close', () => {
      clients.delete(client);
      upstream.destroy();
    });
    upstream.on('close', () => client.destroy());
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    set: (next) => {
      mode = next;
      if (next === 'refuse') cut();
    },
    hush: (marker) => {
      hushed = marker;
    },
    cut,
    limitAnswers: (bytes, next) => {
      limit = bytes;
      beyond = next;
    },
    open: () => clients.size,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The same URL, through the proxy. */
export function through(url: string, proxy: TcpProxy): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(proxy.port);
  return changed.href;
}
