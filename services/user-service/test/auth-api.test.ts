import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, startForTest, type TestUserService } from './start-user-service.ts';

let service: TestUserService;
beforeAll(async () => {
  service = await startForTest();
});
afterAll(() => service.close());

const signUp = (fields: object) =>
  service.call('POST', '/auth/signup', { json: { name: 'Ada', password: PASSWORD, ...fields } });
const logIn = (json: unknown) => service.call('POST', '/auth/login', { json });
const form = (fields: string) =>
  service.call('POST', '/auth/login', {
    text: fields,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

describe('POST /auth/signup', () => {
  it('makes an account and shows nothing of the password', async () => {
    const answer = await signUp({ email: 'Alice@B.com', name: 'alice' });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      name: 'alice',
      email: 'alice@b.com',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(answer.headers.get('location')).toBe(`/users/${answer.body.id}`);
  });

  it('takes the path with a trailing slash as well', async () => {
    const answer = await service.call('POST', '/auth/signup/', {
      json: { name: 'Ada', email: 'slash@example.org', password: PASSWORD },
    });
    expect(answer.status).toBe(201);
  });

  it('refuses a taken address in any case, without repeating it', async () => {
    await signUp({ email: 'taken@example.org' });
    const answer = await signUp({ email: 'TAKEN@Example.ORG' });
    expect(answer.status).toBe(409);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: 409, code: 'email_taken' });
    expect(answer.text.toLowerCase()).not.toContain('taken@');
  });

  it('makes one account of many sign-ups at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => signUp({ email: 'race@example.org' })));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });

  it.each([
    ['too short', 'hunter'],
    ['73 bytes', 'a'.repeat(73)],
    ['19 emoji, 76 bytes', '🐢'.repeat(19)],
  ])('refuses a password that is %s', async (_what, password) => {
    const answer = await signUp({ email: 'password@example.org', password });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_password' } });
    expect(answer.text).not.toContain(password);
  });

  it.each<[string, object]>([
    ['a NUL in the password', { password: 'hunter2\0hunter2' }],
    ['a lone surrogate in the password', { password: 'hunter2\ud83d' }],
    ['a NUL in the name', { name: 'A\0da' }],
    ['a line break in the name', { name: 'Ada\nauth.login ok' }],
    ['a name of spaces', { name: '   ' }],
    ['a name of 101 characters', { name: 'a'.repeat(101) }],
    ['no name', { name: undefined }],
    ['no password', { password: undefined }],
    ['a number for a password', { password: 1234567890 }],
    ['an object for a password', { password: { length: 15 } }],
    ['no e-mail', { email: undefined }],
    ['an e-mail that is none', { email: 'ada' }],
    ['an e-mail with a name', { email: 'Ada <ada@example.org>' }],
    ['an e-mail beyond ASCII', { email: 'łada@example.org' }],
    ['an e-mail with the Kelvin sign', { email: '\u212aada@example.org' }],
    ['an e-mail with spaces around', { email: ' ada@example.org ' }],
    ['an e-mail of 255 characters', { email: `${'a'.repeat(61)}@${'b.'.repeat(95)}org` }],
    ['a role', { role: 'admin' }],
    ['an id', { id: '018f0000-0000-7000-8000-000000000001' }],
  ])('refuses %s', async (_what, fields) => {
    const answer = await signUp({ email: 'refused@example.org', ...fields });
    expect(answer).toMatchObject({ status: 400, body: { status: 400, code: 'validation_failed' } });
  });

  it('names every problem of one request', async () => {
    const { body } = await service.call('POST', '/auth/signup', { json: { email: 'ada', is_admin: true } });
    expect(body.detail).toContain('name');
    expect(body.detail).toContain('password');
    expect(body.detail).toContain('email');
    expect(body.detail).toContain('is_admin');
  });

  it.each<[number, string, string, Record<string, string>]>([
    [400, 'malformed_json', '{"name":', { 'content-type': 'application/json' }],
    [400, 'malformed_json', '', { 'content-type': 'application/json' }],
    [400, 'malformed_json', '{"__proto__":{"role":"admin"}}', { 'content-type': 'application/json' }],
    [400, 'validation_failed', '[]', { 'content-type': 'application/json' }],
    [400, 'validation_failed', 'null', { 'content-type': 'application/json' }],
    [413, 'body_too_large', `{"name":"${'a'.repeat(65_536)}"}`, { 'content-type': 'application/json' }],
    [415, 'unsupported_media_type', 'name=Ada', { 'content-type': 'application/x-www-form-urlencoded' }],
    [415, 'unsupported_media_type', '{}', { 'content-type': 'text/plain' }],
    [415, 'unsupported_media_type', '{}', { 'content-type': 'application/json-patch+json' }],
  ])('answers %i %s for the body %.20s', async (status, code, text, headers) => {
    const answer = await service.call('POST', '/auth/signup', { text, headers });
    expect(answer).toMatchObject({ status, body: { status, code } });
  });
});

describe('POST /auth/login', () => {
  const ada = { email: 'ada@example.org', password: 'correct horse' };
  beforeAll(async () => {
    await signUp(ada);
  });

  it('gives a token for JSON and for the OAuth2 form', async () => {
    const answers = [
      await logIn(ada),
      await logIn({ ...ada, email: 'ADA@EXAMPLE.ORG' }),
      await form('username=ada%40example.org&password=correct+horse'),
      await form(
        'grant_type=password&username=ada%40example.org&password=correct%20horse&scope=&client_id=&client_secret=',
      ),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 900 });
      expect((await service.verify(String(body.access_token))).status).toBe(200);
    }
  });

  it('answers an unknown address exactly like a wrong password', async () => {
    const wrong = await logIn({ ...ada, password: 'wrong horse' });
    const unknown = await logIn({ email: 'eve@example.org', password: 'wrong horse' });
    const constant = ({ body: { instance, trace_id, ...rest } }: typeof wrong) => rest;
    expect(wrong.status).toBe(401);
    expect(constant(wrong)).toMatchObject({ status: 401, code: 'invalid_credentials' });
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(unknown.status).toBe(wrong.status);
    expect(constant(unknown)).toEqual(constant(wrong));
    const names = ({ headers }: typeof wrong) => [...headers.keys()].sort();
    expect(names(unknown)).toEqual(names(wrong));
    expect((await form('username=eve%40example.org&password=wrong')).status).toBe(401);
  });

  it('does not take what only begins like the password', async () => {
    const long = { email: 'long@example.org', password: 'a'.repeat(72) };
    await signUp(long);
    expect((await logIn(long)).status).toBe(200);
    expect(await logIn({ ...long, password: `${long.password}x` })).toMatchObject({
      status: 400,
      body: { code: 'invalid_password' },
    });
  });

  it.each<[string, unknown]>([
    ['no password', { email: ada.email }],
    ['a field too many', { ...ada, otp: '1' }],
    ['the fields of the form', { username: ada.email, password: ada.password }],
    ['an array', [ada]],
    ['an e-mail that is none', { ...ada, email: "' OR 1=1 --" }],
    ['an empty password', { ...ada, password: '' }],
    ['a password that is an array', { ...ada, password: [ada.password] }],
  ])('refuses JSON with %s', async (_what, json) => {
    expect(await logIn(json)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it.each([
    ['nothing', ''],
    ['no password', 'username=ada%40example.org'],
    ['two usernames', 'username=ada%40example.org&username=eve%40example.org&password=x'],
    ['the fields of JSON', 'email=ada%40example.org&password=x'],
    ['another grant', 'grant_type=client_credentials&username=ada%40example.org&password=x'],
    ['__proto__', '__proto__=x&username=ada%40example.org&password=x'],
  ])('refuses a form with %s', async (_what, text) => {
    expect(await form(text)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it('refuses a request without a body, whatever it says it is', async () => {
    expect(await service.call('POST', '/auth/login')).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
  });

  it('refuses other kinds of bodies', async () => {
    const asText = { text: JSON.stringify(ada), headers: { 'content-type': 'text/plain' } };
    expect(await service.call('POST', '/auth/login', asText)).toMatchObject({ status: 415 });
    const asParts = { text: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } };
    expect(await service.call('POST', '/auth/login', asParts)).toMatchObject({ status: 415 });
  });

  it('validates JSON and forms however the content type is spelled', async () => {
    const spelled = (type: string, text: string) =>
      service.call('POST', '/auth/login', { text, headers: { 'content-type': type } });
    for (const type of ['Application/JSON', 'application/json; charset=utf-8', 'application/json ;charset=utf-8']) {
      expect((await spelled(type, JSON.stringify({ ...ada, role: 'admin' }))).status).toBe(400);
    }
    for (const type of ['Application/X-WWW-Form-Urlencoded', 'application/x-www-form-urlencoded; charset=utf-8']) {
      expect((await spelled(type, 'username=ada')).status).toBe(400);
    }
  });
});

it('logs who logged in and who failed, and never an address or a password', async () => {
  const before = service.logs.length;
  const email = 'logged@example.org';
  const id = (await signUp({ email, password: 'secret passphrase' })).body.id;
  await logIn({ email, password: 'secret passphrase' });
  await logIn({ email, password: 'not this passphrase' });
  await logIn({ email: 'stranger@example.org', password: 'not this passphrase' });
  await logIn({ email: 'no address', password: 'not this passphrase' });
  const lines = service.logs.slice(before);
  const events = lines.filter(({ event }) => event !== undefined);
  expect(events.map(({ event, outcome, user_id }) => [event, outcome, user_id])).toEqual([
    ['auth.signup', 'ok', id],
    ['auth.login', 'ok', id],
    ['auth.login', 'failed', id],
    ['auth.login', 'failed', undefined],
  ]);
  for (const { request_id } of events) expect(request_id).toEqual(expect.any(String));
  expect(JSON.stringify(lines)).not.toMatch(/@|passphrase|no address/);
});
