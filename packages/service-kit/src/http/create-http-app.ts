import type { Logger } from '@agora/telemetry';
import type { HttpApp } from './http-app.ts';
import type { IdentityVerifier } from './identity.ts';

export type HttpAppOptions = { readonly title: string; readonly logger: Logger; readonly identity: IdentityVerifier };

export function createHttpApp(_options: HttpAppOptions): HttpApp {
  throw new Error('not implemented');
}
