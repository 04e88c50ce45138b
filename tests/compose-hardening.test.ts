import { readComposeFile } from '@agora/tests/compose-file';
import { describe, expect, it } from 'vitest';

const { services, networks } = readComposeFile();
const all = Object.entries(services);
const oneShots = all.filter(([name]) => /^(secrets|databases|migrate-|seed-)/.test(name)).map(([name]) => name);

describe('every container', () => {
  it.each(all)('%s has as little as it needs', (_name, service) => {
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.privileged).toBeUndefined();
    expect(service.mem_limit).toMatch(/^\d+m$/);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(JSON.stringify(service)).not.toMatch(/docker\.sock/);
    expect(service.image).toMatch(/^(agora\/[a-z]+-service|[a-z]+:\S*\d\S*)$/);
  });

  it.each(all.filter(([name]) => name !== 'secrets'))('%s is not root and adds no capability', (_name, service) => {
    expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(service.cap_add).toBeUndefined();
  });

  it('the one that hands out secrets is root without a network', () => {
    expect(services.secrets).toMatchObject({
      user: '0:0',
      network_mode: 'none',
      cap_add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
    });
  });

  it.each(all.filter(([name]) => !oneShots.includes(name)))(
    '%s says whether it is well, and comes back',
    (_name, service) => {
      expect(service.healthcheck?.test.length).toBeGreaterThan(1);
      expect(service.healthcheck?.test.join()).not.toMatch(/password|secret/i);
      expect(service.restart).toBe('unless-stopped');
    },
  );
});

describe('the networks', () => {
  it('reach out at the edge and at the pages alone', () => {
    const open = Object.entries(networks).filter(([, network]) => network.internal !== true);
    expect(open.map(([name]) => name)).toEqual(['edge', 'pages']);
    expect(all.filter(([, service]) => service.networks?.includes('edge')).map(([name]) => name)).toEqual(['gateway']);
    expect(all.filter(([, service]) => service.networks?.includes('pages')).map(([name]) => name)).toEqual([
      'rabbitmq',
    ]);
  });

  it('keep the gateway away from the data, and the data away from the gateway', () => {
    expect(services.gateway?.networks).not.toContain('data');
    expect(services.postgres?.networks).toEqual(['data']);
    expect(services.rabbitmq?.networks).not.toContain('app');
  });
});

describe('the order of start', () => {
  it('one-shots are waited for by somebody, so that `up --wait` takes their end for success', () => {
    const waitedFor = new Set(
      all.flatMap(([, { depends_on = {} }]) =>
        Object.entries(depends_on).flatMap(([name, { condition }]) =>
          condition === 'service_completed_successfully' ? [name] : [],
        ),
      ),
    );
    expect([...waitedFor].sort()).toEqual(oneShots.sort());
  });

  it('no service waits for the broker: orders are accepted without it', () => {
    expect(all.filter(([, { depends_on = {} }]) => 'rabbitmq' in depends_on)).toEqual([]);
  });
});
