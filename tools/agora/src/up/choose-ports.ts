import { canListen, freePort } from '../processes/free-port.ts';
import { type PortName, type Ports, USUAL_PORTS } from '../services.ts';

export type ChosenPorts = { readonly ports: Ports; readonly notes: readonly string[] };

export class PortTakenError extends Error {}

/** Without the right to listen on 80, the next best that people know. */
const UNPRIVILEGED_GATEWAY = 8000;

/** The usual ports, and a free one for each that is taken. A port that was asked for is taken or refused, never replaced. */
export async function choosePorts(askedFor: { gateway?: number | undefined } = {}): Promise<ChosenPorts> {
  const chosen: Partial<Record<PortName, number>> = {};
  const notes: string[] = [];
  for (const [name, usual] of Object.entries(USUAL_PORTS) as [PortName, number][]) {
    chosen[name] = name === 'gateway' ? await gatewayPort(askedFor.gateway, notes) : await portFor(name, usual, notes);
  }
  return { ports: chosen as Ports, notes };
}

async function gatewayPort(askedFor: number | undefined, notes: string[]): Promise<number> {
  if (askedFor === 0) return freePort();
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
