import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

/** The TCP addresses on which these processes listen, as the kernel knows them. */
export function listeningAddresses(...pids: readonly number[]): string[] {
  const sockets = new Set(pids.flatMap(socketsOf));
  const found = [...rowsOf('/proc/net/tcp'), ...rowsOf('/proc/net/tcp6')].filter(
    ([, , , state, , , , , , inode]) => state === LISTENING && sockets.has(inode ?? ''),
  );
  return [...new Set(found.map(([, address = '']) => readable(address)))].sort();
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

function rowsOf(file: string): string[][] {
  const [, ...rows] = readFileSync(file, 'utf8').trim().split('\n');
  return rows.map((row) => row.trim().split(/\s+/));
}

/** `0100007F:1538` is 127.0.0.1:5432; IPv6 stays as the kernel writes it, but for its loopback. */
function readable(address: string): string {
  const [host = '', port = ''] = address.split(':');
  const bytes = host.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
  const name =
    bytes.length === 4 ? bytes.reverse().join('.') : host === '00000000000000000000000001000000' ? '::1' : host;
  return `${name}:${Number.parseInt(port, 16)}`;
}
