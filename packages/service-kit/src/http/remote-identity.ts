import type { Logger } from '@agora/telemetry';
import type { IdentityVerifier } from './identity.ts';

export function remoteIdentity(_options: { userServiceInternalUrl: string; logger: Logger }): IdentityVerifier {
  throw new Error('not implemented');
}
