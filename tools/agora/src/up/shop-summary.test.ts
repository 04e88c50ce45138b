import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../config.ts';
import { USUAL_PORTS } from '../services.ts';
import { tour, urlTable } from './shop-summary.ts';

describe('tour', () => {
  it('is the README word for word when the gateway has port 80', () => {
    expect(readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8')).toContain(tour(USUAL_PORTS));
  });

  it('names any other port', () => {
    const lines = tour({ ...USUAL_PORTS, gateway: 8000 }).split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line).toContain('http://localhost:8000/');
  });
});

describe('urlTable', () => {
  it('shows the admin only when there is one to show', () => {
    const admin = { email: 'admin@agora.local', password: 'once' };
    expect(urlTable({ ports: USUAL_PORTS, externalBroker: false, admin })).toContain('admin@agora.local password once');
    expect(urlTable({ ports: USUAL_PORTS, externalBroker: false })).not.toContain('admin@');
  });

  it("leaves out the management page of a broker that is the user's", () => {
    expect(urlTable({ ports: USUAL_PORTS, externalBroker: true })).not.toContain('15672');
  });
});
