import { AsyncLocalStorage } from 'node:async_hooks';

/** What ties the work of one request together, across log lines, gRPC metadata and event headers. */
export type RequestContext = {
  /** The client's well-formed `X-Request-Id`, else a UUIDv7 made at the edge. */
  readonly requestId: string;
  /** W3C trace context as it came in; absent when nobody upstream traces. */
  readonly traceparent?: string;
};

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` so that everything it calls, sync or async, sees `context`. Returns what `work` returns. */
export function runInRequestContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

/** Makes `context` current for the rest of this asynchronous execution. For hooks that cannot wrap what follows them. */
export function enterRequestContext(context: RequestContext): void {
  storage.enterWith(context);
}

/** The context of the request being served, or undefined outside of one. */
export function currentRequestContext(): RequestContext | undefined {
  return storage.getStore();
}
