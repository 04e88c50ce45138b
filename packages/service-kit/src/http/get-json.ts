import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 65_536;

/** One GET inside the system. `fetch` would do it as well, but brings 10 MB of its own into a process that asks once. */
export async function getJson(url: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = get(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, resolve);
  request.on('error', reject);
  const response = await promise;
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`${url} answered ${response.statusCode}`);
  }
  let received = 0;
  response.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > MAX_BYTES) response.destroy(new Error(`${url} answered more than ${MAX_BYTES} bytes`));
  });
  return JSON.parse(await text(response));
}
