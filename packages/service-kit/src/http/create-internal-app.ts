import type { Logger } from '@agora/telemetry';
import type { Health } from '../health.ts';
import type { HttpApp } from './http-app.ts';

export type InternalAppOptions = {
  readonly health: Health;
  readonly logger: Logger;
  /** Usually `() => openApiOf(app)`; asked for when somebody opens the page. */
  readonly openapi: () => object | Promise<object>;
};

export function createInternalApp(_options: InternalAppOptions): HttpApp {
  throw new Error('not implemented');
}
