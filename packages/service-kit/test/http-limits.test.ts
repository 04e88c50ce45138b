import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createLifecycle } from '@agora/service-kit';
import { createHttpApp, listen } from '@agora/service-kit/http';
import { eventually } from '@agora/tests/eventually';
import { createTestLogger } from '@agora/tests/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shedLoad } from '../src/http/shed-load.ts';
import { ADA, sendRaw, startTestApp, type TestApp } from './start-test-app.ts';

describe('a slow client', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('that stalls in its headers is shown out after 5 s', async () => {
    const startedAt = performance.now();
    const answer = await sendRaw(app.url, ['GET /products/1 HTTP/1.1', 'Host: x', '']);
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });

  it('that stalls in its body is shown out after 15 s', async () => {
    const answer = await sendRaw(app.url, [...orderHead(), '', '{"product_id']);
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
  });

  it("that leaves in the middle of its body is nobody's failure", async () => {
    const before = app.lines.length;
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(app.url).port) });
    socket.write([...orderHead(), 'Expect: 100-continue', '', '{"product_id'].join('\r\n'));
    await once(socket, 'data');
    socket.resetAndDestroy();
    const line = await eventually(() => app.lines.slice(before).find(({ msg }) => msg === 'request') ?? false);
    expect(line.status).toBe(499);
    expect(app.lines.slice(before).filter(({ level }) => level !== 'info')).toEqual([]);
  });

  function orderHead(): string[] {
    const headers = Object.entries(app.identity.headersFor(ADA)).map(([name, value]) => `${name}: ${value}`);
    return ['POST /orders HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Content-Length: 100', ...headers];
  }
});

describe('draining', () => {
  it('finishes what is in flight, closes idle connections, and takes no new ones', async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const app = await startTestApp((routes) => {
      routes.get('/slow', { config: { public: true } }, async () => {
        entered.resolve();
        await release.promise;
        return { done: true };
      });
      routes.get('/quick', { config: { public: true } }, () => ({ done: true }));
    });
    const idle: Socket = connect({ host: '127.0.0.1', port: Number(new URL(app.url).port) });
    idle.write('GET /quick HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle, 'data');
    const slow = fetch(`${app.url}/slow`);
    await entered.promise;

    const stopped = app.lifecycle.stop();
    await once(idle.resume(), 'close');
    await expect(fetch(`${app.url}/quick`)).rejects.toThrow();
    release.resolve();
    const answer = await slow;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
    await stopped;
    await app.close();
  });
});

describe('draining with clients that do not go', () => {
  it.each([
    ['says nothing', '', 8_000, 2_000],
    ['stops in its headers', 'GET /products/1 HTTP/1.1\r\nHost: x\r\n', 8_000, 2_000],
    [
      'stops in its body',
      'PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nContent-Type: application/json\r\n\r\n{',
      300,
      1_500,
    ],
  ])('ends in time for one that %s', async (_case, bytes, drainMs, inTimeMs) => {
    const { logger } = createTestLogger();
    const lifecycle = createLifecycle(logger);
    const app = createHttpApp({ title: 'Test', logger, identity: { verify: async () => undefined } });
    const entered = Promise.withResolvers<void>();
    app.addHook('onRequest', async () => entered.resolve());
    app.put('/upload', { config: { public: true } }, () => ({}));
    const { port } = await listen(app, lifecycle, { host: '127.0.0.1', port: 0, drainMs });
    const accepted = once(app.server, 'connection');
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    socket.write(bytes);
    await accepted;
    if (bytes.startsWith('PUT')) await entered.promise;
    const startedAt = performance.now();
    await lifecycle.stop();
    expect(performance.now() - startedAt).toBeLessThan(inTimeMs);
    socket.destroy();
  });
});

describe('too many at once', () => {
  it('are refused while the others are served, and let in again after', async () => {
    const { logger, lines } = createTestLogger();
    const lifecycle = createLifecycle(logger);
    const app = createHttpApp({ title: 'Test', logger, identity: { verify: async () => undefined } });
    shedLoad(app, 2);
    const release = Promise.withResolvers<void>();
    let entered = 0;
    app.get('/slow', { config: { public: true } }, async () => {
      entered += 1;
      await release.promise;
      return { done: true };
    });
    app.get('/slow/for/ever', { config: { public: true } }, () => new Promise(() => {}));
    const { port } = await listen(app, lifecycle, { host: '127.0.0.1', port: 0 });
    const url = `http://127.0.0.1:${port}/slow`;

    const served = [fetch(url), fetch(url)];
    await eventually(() => entered === 2);
    const refused = await fetch(url);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'overloaded' });
    release.resolve();
    expect((await Promise.all(served)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await fetch(url)).status).toBe(200);

    // Whoever leaves before the answer gives the place back as well.
    const left = () => lines.filter(({ status }) => status === 499).length;
    for (let round = 1; round <= 5; round += 1) {
      await expect(fetch(`${url}/for/ever`, { signal: AbortSignal.timeout(30) })).rejects.toThrow();
      await eventually(() => left() === round);
    }
    expect((await fetch(url)).status).toBe(200);
    await lifecycle.stop();
  });
});
