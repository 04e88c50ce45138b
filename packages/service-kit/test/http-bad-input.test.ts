import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw, startTestApp, type TestApp } from './start-test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const LONE_SURROGATE = '{"product_id":1,"quantity":1,"note":"\\ud800"}';
const BROKEN_UTF8 = '{"product_id":1,"quantity":1,"note":"a\uFFFDb"}';
const NUL = '{"product_id":1,"quantity":1,"note":"a\\u0000b"}';

describe('a body', () => {
  it('is accepted when it fits', async () => {
    expect(await app.sendJson('POST', '/orders', '{"product_id":99,"quantity":2}')).toMatchObject({ status: 201 });
  });

  it.each([
    ['of the wrong type', '{"product_id":"99","quantity":1}', 'body/product_id must be integer'],
    ['with a truth for a number', '{"product_id":true,"quantity":1}', 'body/product_id must be integer'],
    ['with null for a number', '{"product_id":null,"quantity":1}', 'body/product_id must be integer'],
    ['with a fraction', '{"product_id":1.5,"quantity":1}', 'body/product_id must be integer'],
    ['with a list for a number', '{"product_id":[1],"quantity":1}', 'body/product_id must be integer'],
    ['without a field', '{"product_id":99}', 'body/quantity is required'],
    ['with a field too many', '{"product_id":99,"quantity":1,"price":0}', 'body/price is not a known field'],
    ['with a negative quantity', '{"product_id":99,"quantity":-1}', 'body/quantity must be >= 1'],
    ['with a huge quantity', '{"product_id":99,"quantity":2147483648}', 'body/quantity must be <= 2147483647'],
    ['with an unimaginable quantity', '{"product_id":99,"quantity":1e308}', 'body/quantity must be <= 2147483647'],
    ['with an infinite quantity', '{"product_id":99,"quantity":1e999}', 'body/quantity must be integer'],
    [
      'with a long text',
      `{"product_id":1,"quantity":1,"note":"${'x'.repeat(21)}"}`,
      'body/note must NOT have more than 20 characters',
    ],
    ['with a NUL', NUL, 'body/note must be well-formed Unicode text without NUL characters'],
    ['with bytes that are no UTF-8', BROKEN_UTF8, 'body/note must be well-formed Unicode text without NUL characters'],
    ['with half a character', LONE_SURROGATE, 'body/note must be well-formed Unicode text without NUL characters'],
    ['that is a list', '[]', 'body must be object'],
    ['that is a word', '"order"', 'body must be object'],
    ['that is null', 'null', 'body must be object'],
  ])('%s is refused, and the detail says why', async (_case, body, detail) => {
    const answer = await app.sendJson('POST', '/orders', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', status: 400 } });
    expect(answer.body.detail).toContain(detail);
  });

  it('with many problems names them all, and no value', async () => {
    const { body } = await app.sendJson('POST', '/orders', '{"product_id":"hunter2","extra":1,"note":3}');
    expect(String(body.detail).split('; ').toSorted()).toEqual([
      'body/extra is not a known field',
      'body/note must be string',
      'body/product_id must be integer',
      'body/quantity is required',
    ]);
  });

  it('with hundreds of unknown fields gets a short answer', async () => {
    const fields = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`<b>${'é'.repeat(30)}${index}`, 1]));
    const { status, text } = await app.sendJson('POST', '/orders', JSON.stringify(fields));
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(1_500);
  });

  it.each([
    ['broken', '{"product_id":'],
    ['empty', ''],
    ['poisoned with __proto__', '{"__proto__":{"role":"admin"},"product_id":1,"quantity":1}'],
    ['poisoned with an escaped __proto__', '{"\\u005f_proto__":{"role":"admin"},"product_id":1,"quantity":1}'],
    [
      'poisoned with constructor.prototype',
      '{"constructor":{"prototype":{"role":"admin"}},"product_id":1,"quantity":1}',
    ],
  ])('%s is no JSON that we take', async (_case, body) => {
    expect(await app.sendJson('POST', '/orders', body)).toMatchObject({
      status: 400,
      body: { code: 'malformed_json' },
    });
  });

  it('nested 30,000 deep is refused without harm', async () => {
    const deep = `{"product_id":1,"quantity":1,"note":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    expect(await app.sendJson('POST', '/orders', deep)).toMatchObject({ status: 400 });
  });

  it('of more than 64 KiB is too large, announced or not', async () => {
    const body = `{"note":"${'x'.repeat(65_536)}"}`;
    expect(await app.sendJson('POST', '/orders', body)).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
    const headers = Object.entries(
      app.identity.headersFor({ userId: crypto.randomUUID(), email: 'a@b.c', role: 'customer' }),
    );
    const chunked = await sendRaw(app.url, [
      'POST /orders HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      'Connection: close',
      ...headers.map(([name, value]) => `${name}: ${value}`),
      '',
      (70_000).toString(16),
      'x'.repeat(70_000),
      '0',
      '',
      '',
    ]);
    expect(chunked).toMatch(/^HTTP\/1\.1 413 .*"code":"body_too_large"/s);
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'json',
    'multipart/form-data; boundary=x',
  ])('as %s is not supported', async (type) => {
    const answer = await app.send('POST', '/orders', {
      headers: { 'content-type': type },
      body: '{"product_id":1,"quantity":1}',
    });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  });

  it('is missed where a route needs one', async () => {
    expect(await app.send('POST', '/orders')).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', detail: 'body must be object' },
    });
  });
});

describe('a body with a schema per content type', () => {
  it('is validated, in any spelling of its type', async () => {
    for (const type of ['application/json', 'APPLICATION/JSON', 'application/json ; charset=utf-8']) {
      const send = (body: string) => app.send('POST', '/logins', { headers: { 'content-type': type }, body });
      expect(await send('{"name":"ada"}')).toMatchObject({ status: 200, body: { name: 'ada' } });
      expect(await send('{"name":1}')).toMatchObject({ status: 400, body: { detail: 'body/name must be string' } });
    }
  });

  it('does not reach the handler unvalidated: missing, or of a type that only has a parser', async () => {
    expect(await app.send('POST', '/logins')).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', detail: 'body is required, as application/json' },
    });
    expect(
      await app.send('POST', '/logins', { headers: { 'content-type': 'application/x-test' }, body: 'x' }),
    ).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
  });
});

describe('a path', () => {
  it.each([
    '0',
    '-1',
    '1e3',
    '0x10',
    '1.0',
    '01',
    'abc',
    '2147483648',
    '99999999999999999999',
    '%00',
    '..%2f..%2fadmin',
    ' 1',
    'NaN',
    '١',
  ])('with the product id %j is refused', async (id) => {
    expect(await app.send('GET', `/products/${id}`)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
  });

  it.each([
    '01A1FE04-6E53-7740-B3D0-475C9787E258',
    '{01a1fe04-6e53-7740-b3d0-475c9787e258}',
    'urn:uuid:01a1fe04-6e53-7740-b3d0-475c9787e258',
    '01a1fe046e537740b3d0475c9787e258',
    'me',
    '%F0%9F%92%A9',
  ])('with the user id %j is refused', async (id) => {
    expect(await app.send('GET', `/users/${id}`)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it('works with and without its trailing slash, in one spelling only', async () => {
    expect(await app.send('GET', '/products/9')).toMatchObject({ status: 200 });
    expect(await app.send('GET', '/products/9/')).toMatchObject({ status: 200 });
    expect(await app.send('GET', '/Products/9')).toMatchObject({ status: 404 });
    expect(await app.send('GET', '//products/9')).toMatchObject({ status: 404 });
    expect(await app.send('GET', '/products/9;admin=1')).toMatchObject({ status: 400 });
  });

  it('that is not valid, too long or unknown is a client error', async () => {
    expect(await app.send('GET', '/products/%zz')).toMatchObject({ status: 400, body: { code: 'malformed_url' } });
    expect(await app.send('GET', `/products/${'1'.repeat(300)}`)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
    expect(await app.send('GET', '/nothing/here')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('a query', () => {
  it('is read as numbers, with its defaults', async () => {
    expect((await app.send('GET', '/orders/?limit=7')).text).toBe('[{"limit":7}]');
    expect((await app.send('GET', '/orders')).text).toBe('[{"limit":50}]');
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=1e1',
    'limit=',
    'limit=1&limit=2',
    'limit=true',
    'limit[]=1',
    'foo=1',
    '__proto__=1',
    'cursor=',
    `cursor=${'x'.repeat(513)}`,
    'cursor=%00',
  ])('%j is refused', async (query) => {
    expect(await app.send('GET', `/orders?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
  });
});

it('all parts of a request that do not fit are named in one answer', async () => {
  const { body } = await app.sendJson('PUT', '/products/x/stock?limit=0&more=1', '{"stock":"5"}');
  expect(String(body.detail).split('; ').toSorted()).toEqual([
    'body/stock must be integer',
    'path/id must be integer',
    'query/limit must be >= 1',
    'query/more is not a known field',
  ]);
});

it('never blames itself for any of this', () => {
  const failures = app.lines.filter(({ level, status }) => level === 'error' || Number(status) >= 500);
  expect(failures).toEqual([]);
});
