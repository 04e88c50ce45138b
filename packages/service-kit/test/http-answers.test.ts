import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, startTestApp, type TestApp } from './start-test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the request id', () => {
  it('of the client is kept when it is well-formed, and is known to all that the request does', async () => {
    const answer = await app.send('POST', '/orders', {
      headers: { 'content-type': 'application/json', 'x-request-id': 'my-Request-0001' },
      body: '{"product_id":1,"quantity":1}',
    });
    expect(answer.headers.get('x-request-id')).toBe('my-Request-0001');
    expect(answer.body.request_id).toBe('my-Request-0001');
    expect(app.lines.at(-1)).toMatchObject({ msg: 'request', request_id: 'my-Request-0001' });
  });

  it('is the right one for a body that comes late, with others in between', async () => {
    const { hostname, port } = new URL(app.url);
    const body = '{"product_id":1,"quantity":1}';
    const answers = ['late-request-1', 'late-request-2', 'late-request-3'].map(async (id) => {
      const socket = connect({ host: hostname, port: Number(port) });
      const identity = Object.entries(app.identity.headersFor(ADA)).map(([name, value]) => `${name}: ${value}`);
      const head = ['POST /orders HTTP/1.1', 'Host: x', `X-Request-Id: ${id}`, 'Content-Type: application/json'];
      const rest = [...identity, `Content-Length: ${body.length}`, 'Expect: 100-continue', 'Connection: close', '', ''];
      socket.write([...head, ...rest].join('\r\n'));
      await once(socket, 'data');
      await app.send('GET', '/products/1');
      socket.write(body);
      return text(socket);
    });
    for (const [index, answer] of (await Promise.all(answers)).entries()) {
      expect(answer).toContain(`"request_id":"late-request-${index + 1}"`);
    }
  });

  it.each(['short', 'x'.repeat(65), 'with space in it', 'new%0aline', 'ünïcödé-ids', '{"json":"object"}'])(
    'is a new UUIDv7 instead of %j',
    async (id) => {
      const answer = await app.send('GET', '/products/1', { headers: { 'x-request-id': id } });
      expect(answer.headers.get('x-request-id')).toMatch(UUID_V7);
    },
  );

  it('is there on every refusal', async () => {
    for (const path of ['/nothing', '/products/x', '/products/%zz', '/products/500', '/users/1']) {
      const { headers, body } = await app.send('GET', path, { headers: { 'x-request-id': 'my-Request-0002' } });
      expect(headers.get('x-request-id')).toBe('my-Request-0002');
      expect(body.instance).toBe('urn:request:my-Request-0002');
    }
  });
});

describe('a problem', () => {
  it('has all its members, and is not stored', async () => {
    const { status, headers, body } = await app.send('GET', '/products/404');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    const id = headers.get('x-request-id') ?? '';
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is no such product.',
      code: 'product_not_found',
      instance: `urn:request:${id}`,
      trace_id: id.replaceAll('-', ''),
    });
  });

  it("carries the caller's trace, when it is a trace", async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const traced = await app.send('GET', '/products/404', {
      headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` },
    });
    expect(traced.body.trace_id).toBe(trace);
    for (const traceparent of [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `ff-${trace}-b7ad6b7169203331-01`, 'x']) {
      const { body } = await app.send('GET', '/products/404', {
        headers: { traceparent, 'x-request-id': 'my-Request-0003' },
      });
      expect(body.trace_id).toMatch(/^[0-9a-f]{32}$/);
      expect(body.trace_id).not.toBe(trace);
    }
  });

  it('of our own making says nothing, and the log says all, once', async () => {
    const before = app.lines.length;
    const { status, body, text } = await app.send('GET', '/products/500');
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'internal', detail: 'Something went wrong on our side.' });
    expect(text).not.toMatch(/relation|srv|at .*:\d+/);
    const errors = app.lines.slice(before).filter(({ level }) => level === 'error');
    expect(errors).toMatchObject([
      {
        msg: 'request failed',
        route: '/products/:id',
        err: { message: 'relation "orders" does not exist at /srv/app' },
      },
    ]);
    expect(errors[0]?.request_id).toBe(String(body.instance).slice('urn:request:'.length));
  });

  it('of a part that is gone is 503, with when to come again', async () => {
    const { status, headers, body, text } = await app.send('GET', '/products/503');
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'unavailable' });
    expect(headers.get('retry-after')).toBe('1');
    expect(text).not.toContain('ECONNREFUSED');
  });
});

it('a finished request is one line: what was called, how it ended, who asked, and nothing of what was sent', async () => {
  const before = app.lines.length;
  await app.sendJson('POST', '/orders/?secret=hunter2', '{"product_id":1,"quantity":1,"note":"hunter2"}');
  await app.send('GET', '/products/404?token=hunter2');
  const lines = app.lines.slice(before);
  expect(lines).toMatchObject([
    { level: 'info', msg: 'request', method: 'POST', route: '/orders', status: 201, user_id: ADA.userId },
    { level: 'info', msg: 'request', method: 'GET', route: '/products/:id', status: 404, code: 'product_not_found' },
  ]);
  expect(lines[0]?.ms).toBeTypeOf('number');
  expect(JSON.stringify(lines)).not.toMatch(/hunter2|b\.com/);
});

it('the next page of a list is named in Link', async () => {
  const { headers } = await app.send('GET', '/orders/?limit=2&cursor=YWJj');
  expect(headers.get('link')).toBe('</orders/?limit=2&cursor=bGFzdC1vbmU>; rel="next"');
});
