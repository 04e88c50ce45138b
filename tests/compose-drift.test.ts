import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ComposeService, readComposeFile, readEnvExample } from '@agora/tests/compose-file';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureSecrets, type Secrets } from '../tools/agora/src/secrets/ensure-secrets.ts';
import { handOutSecrets } from '../tools/agora/src/secrets/hand-out-secrets.ts';
import { SEEDED, SERVICE_TABLE, SERVICES, type ServiceName } from '../tools/agora/src/secrets/service-table.ts';
import {
  gatewayEnvironment,
  oneShotEnvironment,
  SETTINGS,
  type ShopAddresses,
  serviceEnvironment,
  USUAL_PORTS,
  variablePrefix,
} from '../tools/agora/src/services.ts';

// Docker is not everywhere, so nothing here runs it: the file is compared with the launcher's own tables.
const compose = readComposeFile();
const root = join(import.meta.dirname, '..');
const directory = mkdtempSync(join(tmpdir(), 'agora-drift-'));
let shop: ShopAddresses;
let secrets: Secrets;
beforeAll(() => {
  secrets = ensureSecrets(join(directory, 'all'));
  handOutSecrets(secrets, { directory });
  shop = { ports: USUAL_PORTS, secrets, settings: { ...SETTINGS, RETRY_DELAYS_MS: '1000' } };
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const asking = (variable: string) => SERVICES.filter((name) => SERVICE_TABLE[name].asks?.includes(variable));
const short = (service: ServiceName) => service.replace('-service', '');
const part = (name: string): ComposeService => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`compose.yaml has no ${name}`);
  return found;
};
/** A value comes as it is, or in a file that is named instead. */
const variables = (name: string) =>
  Object.keys(part(name).environment ?? {})
    .map((variable) => variable.replace(/_FILE$/, ''))
    .sort();
const value = (name: string, variable: string) => String(part(name).environment?.[variable]);

describe('compose.yaml and the launcher', () => {
  it('have the same parts', () => {
    const oneShots = [
      ...SERVICES.map((name) => `migrate-${short(name)}`),
      ...SEEDED.map((name) => `seed-${short(name)}`),
    ];
    const platform = ['secrets', 'postgres', 'databases', 'rabbitmq', 'gateway'];
    expect(Object.keys(compose.services).sort()).toEqual([...platform, ...SERVICES, ...oneShots].sort());
  });

  it.each(SERVICES)('give %s the same variables', (service) => {
    const image =
      readFileSync(join(root, 'Dockerfile'), 'utf8')
        .match(/^ENV (NODE_ENV)=production$/m)
        ?.slice(1) ?? [];
    expect([...variables(service), ...image].sort()).toEqual(Object.keys(serviceEnvironment(service, shop)).sort());
  });

  it.each(SERVICES)('give the one-shots of %s the same variables', (service) => {
    // Set for every process natively; the one-shots read neither.
    const wanted = Object.keys(oneShotEnvironment(service, shop)).filter(
      (name) => !/^(NODE_ENV|LOG_LEVEL)$/.test(name),
    );
    expect(variables(`migrate-${short(service)}`)).toEqual(['DATABASE_URL']);
    if (SEEDED.includes(service)) expect(variables(`seed-${short(service)}`)).toEqual(wanted.sort());
  });

  it('give the gateway the same variables, which are those that dynamic.yml reads', () => {
    // Natively replicas share a host, so there is no one port to ask for all of their health.
    const wanted = [...Object.keys(gatewayEnvironment(shop)), 'UPSTREAM_HEALTH_PORT'].sort();
    expect(variables('gateway')).toEqual(wanted);
    const dynamic = readFileSync(join(root, 'traefik/dynamic.yml'), 'utf8');
    const read = new Set([...dynamic.matchAll(/"([A-Z]+(?:_[A-Z]+)+)"/g)].map(([, name]) => name));
    expect([...read, 'OTEL_PROPAGATORS'].sort()).toEqual(wanted);
  });

  it('publish the usual ports, all but the gateway on 127.0.0.1', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port]),
    );
    expect(published).toEqual([
      ['rabbitmq', `127.0.0.1:\${RABBITMQ_PAGE_PORT:-${USUAL_PORTS['rabbitmq-management']}}:15672`],
      ['gateway', `\${GATEWAY_PORT:-${USUAL_PORTS.gateway}}:8000`],
      ['gateway', `127.0.0.1:\${DASHBOARD_PORT:-${USUAL_PORTS['gateway-dashboard']}}:8080`],
    ]);
  });

  it('have the same development profile', () => {
    const { GATEWAY_PORT, DASHBOARD_PORT, RABBITMQ_PAGE_PORT, COMPOSE_PROFILES, ...settings } = readEnvExample();
    const { RABBITMQ_INSPECTOR_USER, RABBITMQ_INSPECTOR_PASSWORD, ...shared } = settings;
    expect(shared).toEqual(SETTINGS);
    expect([RABBITMQ_INSPECTOR_USER, RABBITMQ_INSPECTOR_PASSWORD]).toEqual(['guest', 'guest']);
    expect([GATEWAY_PORT, DASHBOARD_PORT, RABBITMQ_PAGE_PORT]).toEqual(['80', '8080', '15672']);
    expect(COMPOSE_PROFILES).toBe('');
  });
});

describe('compose.yaml', () => {
  it('reads every setting of .env.example, and no other', () => {
    const text = readFileSync(join(root, 'compose.yaml'), 'utf8');
    const read = new Set([...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name));
    expect([...read, 'COMPOSE_PROFILES'].sort()).toEqual(Object.keys(readEnvExample()).sort());
  });

  it('has addresses that somebody listens at', () => {
    const at = (service: string, variable: string) => value(service, variable);
    for (const service of SERVICES) {
      const upstream = `${variablePrefix(service)}_URLS`;
      expect(at('gateway', upstream)).toBe(`http://${service}:${at(service, 'HTTP_PORT')}`);
      expect(at('gateway', 'UPSTREAM_HEALTH_PORT')).toBe(at(service, 'INTERNAL_PORT'));
      expect(part(service).healthcheck?.test.join()).toContain(
        `127.0.0.1:${at(service, 'INTERNAL_PORT')}/health/ready`,
      );
      expect(at(service, 'HTTP_HOST')).toBe('0.0.0.0');
      expect(at(service, 'OTEL_SERVICE_NAME')).toBe(service);
    }
    const verify = `http://user-service:${at('user-service', 'INTERNAL_PORT')}`;
    for (const name of ['gateway', ...asking('USER_SERVICE_INTERNAL_URL')]) {
      expect(at(name, 'USER_SERVICE_INTERNAL_URL')).toBe(verify);
    }
    const catalog = `product-service:${at('product-service', 'GRPC_PORT')}`;
    for (const name of asking('PRODUCT_SERVICE_GRPC')) expect(at(name, 'PRODUCT_SERVICE_GRPC')).toBe(catalog);
  });

  it.each(SERVICES)('shows %s and its one-shots its own secrets, and all of them', (service) => {
    const given = readdirSync(join(directory, service)).map((file) => `/run/secrets/${file}`);
    const readBy = (name: string) =>
      Object.entries(part(name).environment ?? {}).flatMap(([variable, path]) =>
        variable.endsWith('_FILE') ? [path] : [],
      );
    expect(readBy(service).sort()).toEqual(given.sort());
    const names = [
      service,
      `migrate-${short(service)}`,
      ...(SEEDED.includes(service) ? [`seed-${short(service)}`] : []),
    ];
    for (const name of names) {
      const own = { type: 'volume', source: 'secrets', target: '/run/secrets', read_only: true };
      expect(part(name).volumes).toEqual([{ ...own, volume: { subpath: service } }]);
      expect(part(name).image).toBe(`agora/${service}`);
      for (const path of readBy(name)) expect(given).toContain(path);
    }
    expect(part(service).build?.args).toEqual({ SERVICE: service });
  });
});
