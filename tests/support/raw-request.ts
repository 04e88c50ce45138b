import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends lines as they are, which no HTTP client would, and answers with the status code. The lines ask for `Connection: close`. */
export async function rawRequest(url: string, lines: readonly string[]): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setTimeout(5_000, () => socket.destroy(new Error('no answer within 5 s')));
  socket.write(lines.join('\r\n'));
  const answer = await text(socket);
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  if (status === undefined) throw new Error(`not an HTTP answer: ${answer.slice(0, 200)}`);
  return Number(status);
}
