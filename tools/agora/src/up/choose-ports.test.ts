import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../processes/free-port.ts';
import { choosePorts, PortTakenError } from './choose-ports.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listenOn(port: number): Promise<number> {
  const server = createServer();
  servers.push(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('choosePorts', () => {
  it('gives every part a port of its own that is free', async () => {
    const { ports } = await choosePorts({ gateway: 0 });
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(ports).length);
    for (const port of Object.values(ports)) await listenOn(port);
  });

  it('replaces a usual port that is taken, and says so', async () => {
    // Whatever holds the usual port, it is held now.
    await listenOn(4003).catch(() => {});
    const { ports, notes } = await choosePorts({ gateway: await freePort() });
    expect(ports['order-service']).not.toBe(4003);
    expect(notes).toContainEqual(`port 4003 is taken: order-service listens on ${ports['order-service']}`);
  });

  it('refuses a port that was asked for and is taken', async () => {
    const taken = await listenOn(0);
    await expect(choosePorts({ gateway: taken })).rejects.toThrow(PortTakenError);
    await expect(choosePorts({ gateway: taken })).rejects.toThrow('--port');
  });
});
