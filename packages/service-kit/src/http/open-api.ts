import type { HttpApp } from './http-app.ts';

/** The OpenAPI 3.1 document of an app, generated from its route schemas. Loads what it needs on the first call. */
export async function openApiOf(_app: HttpApp): Promise<object> {
  throw new Error('not implemented');
}
