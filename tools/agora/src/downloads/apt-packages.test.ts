import { describe, expect, it } from 'vitest';
import { plannedPackages } from './apt-packages.ts';

const PLAN = `Reading package lists...
The following NEW packages will be installed:
  erlang-base rabbitmq-server
Inst erlang-base (1:25.2.3+dfsg-1+deb12u4 Debian-Security:12/oldstable [amd64])
Inst libc6 [2.36-9] (2.36-9+deb12u14 Debian:12.14/oldstable [amd64])
Inst zlib1g [1:1.2.13] (1:1.2.13.dfsg-1 Debian:12.14/oldstable [amd64]) []
Inst rabbitmq-server (3.10.8-1.1+deb12u1 Debian:12.14/oldstable [all])
Conf rabbitmq-server (3.10.8-1.1+deb12u1 Debian:12.14/oldstable [all])
`;

describe('plannedPackages', () => {
  it('names what apt would install, with versions, and leaves the C library to the system', () => {
    expect(plannedPackages(PLAN)).toEqual([
      'erlang-base=1:25.2.3+dfsg-1+deb12u4',
      'zlib1g=1:1.2.13.dfsg-1',
      'rabbitmq-server=3.10.8-1.1+deb12u1',
    ]);
  });
});
