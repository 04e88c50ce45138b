import { canListen, freePort } from '../processes/free-port.ts';
import { type PortName, type Ports, USUAL_PORTS } from '../services.ts';

export type ChosenPorts = { readonly ports: Ports; readonly notes: readonly string[] };

export class PortTakenError extends Error {}

/** Without the right to listen on 80, the next best that people know. */
const UNPRIVILEGED_GATEWAY = 8000;

/**
 * The usual ports, and a free one for each that is taken. A gateway port that was asked for is taken or refused, never replaced.
 * Port 0 asks for free ports for everything: a shop beside another one, which may be about to take the usual ones again.
 */
export async function choosePorts(askedFor: { gateway?: number | undefined } = {}): Promise<ChosenPorts> {
  const chosen: Partial<Record<PortName, number>> = {};
  const notes: string[] = [];
  for (const [name, usual] of Object.entries(USUAL_PORTS) as [PortName, number][]) {
    if (askedFor.gateway === 0) chosen[name] = await unusedPort(Object.values(chosen));
    else if (name === 'gateway') chosen[name] = await gatewayPort(askedFor.gateway, notes);
    else chosen[name] = await portFor(name, usual, notes);
  }
  return { ports: chosen as Ports, notes };
}

async function unusedPort(chosen: readonly number[]): Promise<number> {
  const port = await freePort();
  return chosen.includes(port) ? unusedPort(chosen) : port;
}

async function gatewayPort(askedFor: number | undefined, notes: string[]): Promise<number> {
  if (askedFor !== undefined) {
    if (await canListen(askedFor)) return askedFor;
    throw new PortTakenError(`port ${askedFor} is taken, or not yours to listen on: choose another with --port`);
  }
  if (await canListen(USUAL_PORTS.gateway)) return USUAL_PORTS.gateway;
  return portFor('gateway', UNPRIVILEGED_GATEWAY, notes);
}

async function portFor(name: PortName, usual: number, notes: string[]): Promise<number> {
  if (await canListen(usual)) return usual;
  const port = await freePort();
  notes.push(`port ${usual} is taken: ${name} listens on ${port}`);
  return port;
}
