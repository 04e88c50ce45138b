import { setTimeout as delay } from 'node:timers/promises';
import { currentRequestContext } from '@agora/telemetry';
import { type Client, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { DomainError } from '../domain-error.ts';
import { CODE_METADATA, KIND_OF_STATUS } from './status-table.ts';

const DEADLINE_MS = 1_000;
const RETRY_AFTER_MS = 50;
/** How long a broken connection may take to come back before the second try. A neighbour that is down costs this much. */
const RECONNECT_MS = 300;

/** What a call needs of a method's definition; `ProductCatalogService.GetProduct` is one. */
export type UnaryDefinition<Req, Res> = {
  readonly path: string;
  requestSerialize(value: Req): Buffer;
  responseDeserialize(bytes: Buffer): Res;
};

/**
 * Calls a method, which must be safe to call twice: what is answered UNAVAILABLE is tried once more. `deadlineMs` (1 s when
 * absent) is for both together. The request id and trace context go along.
 *
 * Rejects with a `DomainError` for what the other service refused, its code kept; with kind and code `unavailable` when it
 * did not answer; and with the bare error when one of the two services is at fault, which no caller can mend.
 */
export async function callUnary<Req, Res>(
  client: Client,
  method: UnaryDefinition<Req, Res>,
  request: Req,
  { deadlineMs = DEADLINE_MS }: { deadlineMs?: number } = {},
): Promise<Res> {
  const deadline = Date.now() + deadlineMs;
  const attempt = () => callOnce(client, method, request, deadline);
  try {
    return await attempt().catch(async (error: ServiceError) => {
      if (error.code !== status.UNAVAILABLE) throw error;
      await delay(RETRY_AFTER_MS * (1 + Math.random()));
      // gRPC's own retry policy does not wait for the connection, and so mostly fails a second time while it comes back.
      await reconnected(client, Math.min(deadline, Date.now() + RECONNECT_MS));
      return attempt();
    });
  } catch (error) {
    throw meaningOf(error as ServiceError);
  }
}

function callOnce<Req, Res>(
  client: Client,
  method: UnaryDefinition<Req, Res>,
  request: Req,
  deadline: number,
): Promise<Res> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      outgoingMetadata(),
      { deadline },
      (error, response) => {
        if (error === null && response !== undefined) resolve(response);
        else reject(error ?? new Error(`${method.path} answered nothing`));
      },
    );
  });
}

/** Resolves when there is a connection, or when it is time to find out without one. */
function reconnected(client: Client, deadline: number): Promise<void> {
  return new Promise((resolve) => client.waitForReady(deadline, () => resolve()));
}

function outgoingMetadata(): Metadata {
  const metadata = new Metadata();
  const context = currentRequestContext();
  if (context !== undefined) metadata.set('x-request-id', context.requestId);
  if (context?.traceparent !== undefined) metadata.set('traceparent', context.traceparent);
  return metadata;
}

function meaningOf(error: ServiceError): Error {
  const kind = KIND_OF_STATUS[error.code];
  if (kind === undefined) return error;
  const [code] = error.metadata.get(CODE_METADATA);
  // Without a code it is not a refusal of the service but of the way there, and its text may hold addresses.
  if (typeof code === 'string') return new DomainError(kind, code, error.details, { cause: error });
  return new DomainError(kind, kind, 'A service this needs did not answer.', { cause: error });
}
