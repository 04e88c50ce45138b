import { type Logger, type RequestContext, runInRequestContext } from '@agora/telemetry';
import { type handleUnaryCall, Metadata, type sendUnaryData, status } from '@grpc/grpc-js';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../domain-error.ts';
import { CODE_METADATA, STATUS_OF_KIND } from './status-table.ts';

const REQUEST_ID = /^[A-Za-z0-9-]{8,64}$/;

/**
 * Makes a gRPC handler of an async function.
 *
 * A `DomainError` becomes its status, with the code in the trailer `agora-code`. Anything else becomes INTERNAL without its
 * text, and is logged. The caller's `x-request-id` is current while `method` runs. One log line for each call.
 */
export function unary<Req, Res>(method: (request: Req) => Promise<Res>, logger: Logger): handleUnaryCall<Req, Res> {
  return (call, callback) => {
    const startedAt = performance.now();
    const finish = (code: status, err?: unknown) => {
      const line = { method: call.getPath(), status: status[code], ms: Math.round(performance.now() - startedAt) };
      if (code === status.INTERNAL) logger.error({ ...line, err }, 'rpc failed');
      else logger.info(line, 'rpc finished');
    };
    void runInRequestContext(contextOf(call.metadata), async () => {
      try {
        const response = await method(call.request);
        callback(null, response);
        finish(status.OK);
      } catch (error) {
        finish(refuse(error, callback), error);
      }
    });
  };
}

function refuse(error: unknown, callback: sendUnaryData<never>): status {
  const metadata = new Metadata();
  if (!(error instanceof DomainError)) {
    metadata.set(CODE_METADATA, 'internal');
    callback({ code: status.INTERNAL, details: 'Something went wrong.', metadata });
    return status.INTERNAL;
  }
  metadata.set(CODE_METADATA, error.code);
  const code = STATUS_OF_KIND[error.kind];
  callback({ code, details: error.message, metadata });
  return code;
}

function contextOf(metadata: Metadata): RequestContext {
  const [requestId] = metadata.get('x-request-id');
  const [traceparent] = metadata.get('traceparent');
  return {
    requestId: typeof requestId === 'string' && REQUEST_ID.test(requestId) ? requestId : uuidv7(),
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
  };
}
