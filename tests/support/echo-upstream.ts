import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type EchoedRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: NodeJS.Dict<string>;
};

export type EchoUpstream = {
  readonly url: string;
  /** Everything that arrived, oldest first. Tests may empty it. */
  readonly requests: EchoedRequest[];
  close(): Promise<void>;
};

/** A server that writes down what reaches it. It answers 200 with its name, unless `answer` answers. */
export async function startEchoUpstream(name: string, answer?: RequestListener): Promise<EchoUpstream> {
  const requests: EchoedRequest[] = [];
  // Wider than the gateway's own limit, so that a 431 is the gateway's.
  const server = createServer({ maxHeaderSize: 1_048_576 }, (request, response) => {
    request.resume().on('end', () => {
      const { method = '', url = '', headers, trailers } = request;
      requests.push({ method, url, headers, trailers });
      if (answer !== undefined) return answer(request, response);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ upstream: name }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
