import { DomainError } from '../domain-error.ts';
import type { HttpApp } from './http-app.ts';
import { whenAnswered } from './when-answered.ts';

/**
 * Refuses what would only wait: behind a database that hangs, each waiting request costs memory and nobody waits that long.
 * At 500 requests a second and 10 ms each, five are in flight; this many are two seconds of work with nothing moving.
 */
export function shedLoad(app: HttpApp, maxInFlight = 1_000): void {
  let inFlight = 0;
  app.addHook('onRequest', (_request, reply, done) => {
    inFlight += 1;
    whenAnswered(reply, () => {
      inFlight -= 1;
    });
    if (inFlight <= maxInFlight) return done();
    done(
      new DomainError('unavailable', 'overloaded', 'Too many requests are being served at the moment.', {
        retryAfterSeconds: 1,
      }),
    );
  });
}
