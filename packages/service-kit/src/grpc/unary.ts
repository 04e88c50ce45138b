import { type Logger, type RequestContext, runInRequestContext } from '@agora/telemetry';
import { type handleUnaryCall, Metadata, status } from '@grpc/grpc-js';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../domain-error.ts';
import { isOutage } from '../is-outage.ts';
import { CODE_METADATA, STATUS_OF_KIND } from './status-table.ts';

const REQUEST_ID = /^[A-Za-z0-9-]{8,64}$/;

/**
 * Makes a gRPC handler of an async function.
 *
 * A `DomainError` becomes its status, with the code in the trailer `agora-code`. An outage (the database is gone) becomes
 * UNAVAILABLE, anything else INTERNAL, both without their text, which is logged. The caller's `x-request-id` is current while
 * `method` runs. One log line for each call.
 */
export function unary<Req, Res>(method: (request: Req) => Promise<Res>, logger: Logger): handleUnaryCall<Req, Res> {
  return (call, callback) => {
    const startedAt = performance.now();
    const describe = (code: status) => ({
      method: call.getPath(),
      status: status[code],
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
    });
    void runInRequestContext(contextOf(call.metadata), async () => {
      try {
        callback(null, await method(call.request));
        logger.info(describe(status.OK), 'rpc');
      } catch (error) {
        const { code, reason, details } = refusalOf(error);
        const metadata = new Metadata();
        metadata.set(CODE_METADATA, reason);
        callback({ code, details, metadata });
        const line = { ...describe(code), code: reason };
        if (error instanceof DomainError) logger.info(line, 'rpc');
        else if (code === status.UNAVAILABLE) logger.warn({ ...line, err: error }, 'rpc refused');
        else logger.error({ ...line, err: error }, 'rpc failed');
      }
    });
  };
}

function refusalOf(error: unknown): { code: status; reason: string; details: string } {
  if (error instanceof DomainError) {
    return { code: STATUS_OF_KIND[error.kind], reason: error.code, details: error.message };
  }
  if (isOutage(error)) {
    return { code: status.UNAVAILABLE, reason: 'unavailable', details: 'A part that this needs does not answer.' };
  }
  return { code: status.INTERNAL, reason: 'internal', details: 'Something went wrong.' };
}

function contextOf(metadata: Metadata): RequestContext {
  const [requestId] = metadata.get('x-request-id');
  const [traceparent] = metadata.get('traceparent');
  return {
    requestId: typeof requestId === 'string' && REQUEST_ID.test(requestId) ? requestId : uuidv7(),
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
  };
}
