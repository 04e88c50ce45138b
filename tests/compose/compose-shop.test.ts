import { type ComposeShop, startComposeShop } from '@agora/tests/compose-shop';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEEDED, SERVICE_TABLE, SERVICES, type ServiceName } from '../../tools/agora/src/secrets/service-table.ts';
import { createShopClient } from '../../tools/agora/src/shop/shop-client.ts';

const short = (service: ServiceName) => service.replace('-service', '');
const STAYING = ['postgres', 'rabbitmq', 'gateway', ...SERVICES];

let shop: ComposeShop;
beforeAll(async () => {
  shop = await startComposeShop();
}, 900_000);
afterAll(() => shop?.close());

/** Runs a line of JavaScript inside a service's container. */
const inside = (service: string, script: string) => shop.compose('exec', '-T', service, 'node', '-e', script);

describe('docker compose up -d --build', () => {
  it('ends with every container healthy, and every one-shot done', async () => {
    const containers = await shop.containers();
    expect(containers.map(({ Service, Health, ExitCode }) => `${Service} ${Health || ExitCode}`).sort()).toEqual(
      [
        ...STAYING.map((name) => `${name} healthy`),
        'secrets 0',
        'databases 0',
        ...SERVICES.map((service) => `migrate-${short(service)} 0`),
        ...SEEDED.map((service) => `seed-${short(service)} 0`),
      ].sort(),
    );
  });

  it('brings a shop in which the tour works', () => shop.walkTour());

  it('publishes the gateway, and two pages on 127.0.0.1', async () => {
    const published = (await shop.containers()).flatMap(({ Service, Publishers }) =>
      (Publishers ?? [])
        .filter(({ PublishedPort }) => PublishedPort !== 0)
        .map(({ URL, PublishedPort }) => `${Service} ${URL} ${PublishedPort}`),
    );
    expect(published.filter((line) => !line.includes('::')).sort()).toEqual(
      [
        `gateway 0.0.0.0 ${shop.ports.gateway}`,
        `gateway 127.0.0.1 ${shop.ports.dashboard}`,
        `rabbitmq 127.0.0.1 ${shop.ports.page}`,
      ].sort(),
    );
    expect(published.filter((line) => line.includes('::'))).toEqual([`gateway :: ${shop.ports.gateway}`]);
  });

  it('makes an admin, and shows the password once', async () => {
    const said = await shop.compose('logs', '--no-log-prefix', 'seed-user');
    const { admin } = JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1));
    const login = await fetch(`${shop.base}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(admin),
    });
    expect(login.status).toBe(200);
  });

  it('gives guest the dead letters and no work queue', async () => {
    const get = (queue: string) =>
      fetch(`http://127.0.0.1:${shop.ports.page}/api/queues/agora/${queue}/get`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('guest:guest')}`, 'content-type': 'application/json' },
        body: JSON.stringify({ count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' }),
      });
    expect((await get('order_events.dead')).status).toBe(200);
    expect((await get('order_events')).status).toBeGreaterThanOrEqual(400);
  });
});

describe.each(SERVICES)('the container of %s', (service) => {
  it('runs as nobody in particular, on a file system it cannot write', async () => {
    const script =
      "const fs=require('fs');const tried=['/app/x','/x',process.cwd()+'/x','/run/secrets/x'].map(p=>{try{fs.writeFileSync(p,'');return 'written'}catch(e){return e.code}});" +
      "const status=fs.readFileSync('/proc/1/status','utf8');console.log(JSON.stringify({uid:process.getuid(),tried:[...new Set(tried)],caps:/CapEff:\\s*(\\S+)/.exec(status)[1],nnp:/NoNewPrivs:\\s*(\\S+)/.exec(status)[1]}))";
    expect(JSON.parse(await inside(service, script))).toEqual({
      uid: 10001,
      tried: ['EROFS'],
      caps: '0000000000000000',
      nnp: '1',
    });
  });

  it('holds compiled code and nothing to build or install with', async () => {
    const script =
      "const fs=require('fs');const there=p=>fs.existsSync(p);const names=fs.readdirSync('/app/node_modules/.pnpm');" +
      "console.log(JSON.stringify({main:there('dist/main.js'),src:there('src'),npm:there('/usr/local/bin/npm'),dev:names.filter(n=>/^(typescript|vitest|prisma|@biomejs|knip|vite)@|^@biomejs/.test(n))}))";
    expect(JSON.parse(await inside(service, script))).toEqual({ main: true, src: false, npm: false, dev: [] });
  });

  it('sees its own secrets', async () => {
    const files = JSON.parse(
      await inside(service, "console.log(JSON.stringify(require('fs').readdirSync('/run/secrets')))"),
    );
    const { broker, secrets = [] } = SERVICE_TABLE[service];
    const own = [...secrets.map((name) => name.toLowerCase()), ...(broker === undefined ? [] : ['rabbitmq_url'])];
    expect(files.sort()).toEqual(['database_url', ...own].sort());
  });

  it('refuses a neighbour that names a user, and reaches nothing outside', async () => {
    const neighbour = service === 'order-service' ? 'inventory-service' : 'order-service';
    const path =
      service === 'order-service'
        ? '/orders/'
        : service === 'inventory-service'
          ? '/inventory/99'
          : service === 'user-service'
            ? '/users/'
            : '/products/';
    const script = `fetch('http://${service}:3000${path}',{headers:{'x-user-id':'01890000-0000-7000-8000-000000000001'}}).then(r=>console.log(r.status))`;
    expect((await inside(neighbour, script)).trim()).toBe('401');
    const outside =
      "const s=require('net').connect({host:'192.0.2.1',port:80,timeout:1500});const end=x=>{console.log(x);process.exit()};s.on('error',e=>end(e.code)).on('timeout',()=>end('timeout')).on('connect',()=>end('connected'))";
    expect((await inside(service, outside)).trim()).toBe('ENETUNREACH');
  });
});

describe('a restart', () => {
  it.each(STAYING)('of %s: healthy again, and the tour works', async (service) => {
    await shop.compose('restart', service);
    await shop.becomeHealthy();
    await shop.walkTour();
  });

  it('of everything', async () => {
    await shop.compose('restart');
    await shop.becomeHealthy();
    await shop.walkTour();
  });
});

describe('down and up', () => {
  it('finds accounts, tokens and stock again', async () => {
    const http = createShopClient(shop.base, { connections: 2 });
    try {
      const customer = { name: 'alice', email: 'alice@example.com', password: 'a long enough passphrase' };
      const { token } = await http.newCustomer(customer);
      const see = async () => {
        const answers = await Promise.all(
          ['/users/me', '/inventory/99'].map((path) => http.call('GET', path, { token })),
        );
        return answers.map(({ status, body }) => ({ status, body }));
      };
      const before = await see();
      expect(before).toMatchObject([{ status: 200 }, { status: 200 }]);
      await shop.compose('down');
      await shop.compose('up', '--detach', '--wait');
      expect(await see()).toEqual(before);
      await shop.walkTour();
    } finally {
      await http.close();
    }
  });
});
