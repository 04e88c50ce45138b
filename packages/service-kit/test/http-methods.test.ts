import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw, startTestApp, type TestApp } from './start-test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

describe('a method', () => {
  it('HEAD answers like GET, without a body', async () => {
    expect(await app.send('HEAD', '/products/9')).toMatchObject({ status: 200, text: '' });
    expect(await app.send('HEAD', '/products/x')).toMatchObject({ status: 400, text: '' });
  });

  it.each(['OPTIONS', 'DELETE', 'PATCH'])(
    '%s that a path does not take is 405, with those it takes',
    async (method) => {
      const answer = await app.send(method, '/products/9/');
      expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
    },
  );

  it.each(['PROPFIND', 'QUERY', 'BREW', 'get'])('%s, that nobody knows, is a client error', async (method) => {
    const answer = await sendRaw(app.url, [`${method} /products/9 HTTP/1.1`, 'Host: x', 'Connection: close', '', '']);
    expect(answer).toMatch(
      /^HTTP\/1\.1 4\d\d .*application\/problem\+json.*"code":"(method_not_allowed|bad_request|malformed_request)"/s,
    );
  });
});

describe('bytes that are not a request', () => {
  it.each([
    ['nonsense', ['hello', '', '']],
    ['two lengths', ['POST /orders HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Transfer-Encoding: chunked', '', 'x']],
    ['a bad chunk', ['POST /orders HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked', '', 'zz', 'x', '']],
    ['a folded header', ['GET /products/1 HTTP/1.1', 'Host: x', 'X-A: 1', ' 2', '', '']],
  ])('%s get a problem and an end', async (_case, lines) => {
    expect(await sendRaw(app.url, lines)).toMatch(/^HTTP\/1\.1 40[01] .*application\/problem\+json.*"code":"/s);
  });

  it('headers beyond 32 KiB are refused', async () => {
    const answer = await sendRaw(app.url, [
      'GET /products/1 HTTP/1.1',
      'Host: x',
      `X-A: ${'a'.repeat(33_000)}`,
      '',
      '',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*"code":"headers_too_large"/s);
  });
});

it('never blames itself for any of this', () => {
  const failures = app.lines.filter(({ level, status }) => level === 'error' || Number(status) >= 500);
  expect(failures).toEqual([]);
});
