import { currentRequestContext } from '@agora/telemetry';
import { type Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { DomainError } from '../domain-error.ts';
import { CODE_METADATA, KIND_OF_STATUS } from './status-table.ts';

const DEADLINE_MS = 1_000;

/** What a call needs of a method's definition; `ProductCatalogService.GetProduct` is one. */
export type UnaryDefinition<Req, Res> = {
  readonly path: string;
  requestSerialize(value: Req): Buffer;
  responseDeserialize(bytes: Buffer): Res;
};

/**
 * Calls a method, within `deadlineMs` (1 s when absent), retry included. The request id and trace context go along.
 *
 * Rejects with a `DomainError` for what the other service refused, its code kept; with kind and code `unavailable` when it
 * did not answer; and with the bare error when one of the two services is at fault, which no caller can mend.
 */
export function callUnary<Req, Res>(
  client: Client,
  method: UnaryDefinition<Req, Res>,
  request: Req,
  { deadlineMs = DEADLINE_MS }: { deadlineMs?: number } = {},
): Promise<Res> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      outgoingMetadata(),
      { deadline: Date.now() + deadlineMs },
      (error, response) => {
        if (error === null && response !== undefined) resolve(response);
        else reject(error === null ? new Error(`${method.path} answered nothing`) : meaningOf(error));
      },
    );
  });
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
