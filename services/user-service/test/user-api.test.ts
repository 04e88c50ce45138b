import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, type Person, startForTest, type TestUserService } from './start-user-service.ts';

const UNKNOWN = '018f0000-0000-7000-8000-00000000dead';
const NOT_IDS = [
  '1',
  'ME',
  '018F0000-0000-7000-8000-00000000DEAD',
  `{${UNKNOWN}}`,
  '..%2f..%2fauth',
  '%00',
  `${UNKNOWN}0`,
];

let service: TestUserService;
let ada: Person;
let eve: Person;
let admin: Person;
beforeAll(async () => {
  service = await startForTest();
  [ada, eve, admin] = await Promise.all([service.person('ada'), service.person('eve'), service.admin()]);
});
afterAll(() => service.close());

const problem = (status: number, code: string) => ({ status, body: { status, code } });

describe('without an identity', () => {
  it.each([
    ['GET', '/users'],
    ['GET', '/users/'],
    ['GET', '/users/me'],
    ['GET', `/users/${UNKNOWN}`],
    ['PATCH', `/users/${UNKNOWN}`],
    ['DELETE', `/users/${UNKNOWN}`],
    ['GET', `/users/${UNKNOWN}/purchases`],
    ['POST', `/users/${UNKNOWN}/purchases`],
  ])('%s %s is 401, also with a bearer token or forged headers', async (method, path) => {
    const forged = { 'x-user-id': ada.id, 'x-user-email': ada.email };
    const headers = [{}, { authorization: `Bearer ${ada.token}` }, forged, { ...forged, 'x-identity': ada.token }];
    for (const sent of headers) {
      const answer = await service.call(method, path, { headers: sent });
      expect(answer).toMatchObject(problem(401, 'unauthenticated'));
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });
});

describe('GET /users', () => {
  it('shows a customer itself alone, with or without the slash', async () => {
    for (const path of ['/users', '/users/', '/users/?limit=1']) {
      const answer = await ada.call('GET', path);
      expect(answer.status).toBe(200);
      expect(answer.rows).toEqual([{ id: ada.id, name: 'ada', email: ada.email, created_at: expect.any(String) }]);
      expect(answer.headers.get('link')).toBeNull();
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('shows an admin everyone, page by page', async () => {
    const seen: unknown[] = [];
    let path: string | undefined = '/users/?limit=2';
    while (path !== undefined) {
      const page = await admin.call('GET', path);
      expect(page.rows.length).toBeLessThanOrEqual(2);
      seen.push(...page.rows.map(({ id }) => id));
      path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    }
    const everyone = await admin.call('GET', '/users/?limit=100');
    expect(seen).toEqual(everyone.rows.map(({ id }) => id));
    expect(new Set(seen)).toEqual(new Set([ada.id, eve.id, admin.id]));
    expect(everyone.headers.get('link')).toBeNull();
  });

  it.each(['limit=0', 'limit=101', 'limit=1e1', 'limit=-1', 'limit=', 'limit=1&limit=2', 'page=2'])(
    'refuses ?%s',
    async (query) => {
      expect(await admin.call('GET', `/users/?${query}`)).toMatchObject(problem(400, 'validation_failed'));
    },
  );

  it.each(['abc', Buffer.from("' OR 1=1").toString('base64url'), Buffer.from('{}').toString('base64url'), '%00'])(
    'refuses the cursor %s',
    async (cursor) => {
      expect((await admin.call('GET', `/users/?cursor=${cursor}`)).status).toBe(400);
    },
  );
});

describe('GET /users/me and /users/{id}', () => {
  it('shows oneself, and never the hash or the role', async () => {
    const me = await ada.call('GET', '/users/me');
    expect(me.status).toBe(200);
    expect(Object.keys(me.body).sort()).toEqual(['created_at', 'email', 'id', 'name']);
    expect((await ada.call('GET', `/users/${ada.id}/`)).body).toEqual(me.body);
  });

  it('answers 403 for somebody else and for nobody, with the same words', async () => {
    const somebody = await eve.call('GET', `/users/${ada.id}`);
    const nobody = await eve.call('GET', `/users/${UNKNOWN}`);
    expect(somebody).toMatchObject(problem(403, 'forbidden'));
    expect({ ...nobody.body, instance: '', trace_id: '' }).toEqual({ ...somebody.body, instance: '', trace_id: '' });
  });

  it('lets an admin see anyone, and tells it who does not exist', async () => {
    expect(await admin.call('GET', `/users/${ada.id}`)).toMatchObject({ status: 200, body: { email: ada.email } });
    expect(await admin.call('GET', `/users/${UNKNOWN}`)).toMatchObject(problem(404, 'user_not_found'));
  });

  it.each(NOT_IDS)('refuses %s as an id', async (id) => {
    for (const [method, json] of [['GET'], ['PATCH', { name: 'x' }], ['DELETE']] as const) {
      const answer = await admin.call(method, `/users/${id}`, { json });
      expect(answer).toMatchObject(problem(400, 'validation_failed'));
    }
  });
});

describe('PATCH /users/{id}', () => {
  it('changes name, address or both', async () => {
    const grace = await service.person('grace');
    expect((await grace.call('PATCH', `/users/${grace.id}`, { json: { name: 'Grace Hopper' } })).body).toMatchObject({
      id: grace.id,
      name: 'Grace Hopper',
      email: grace.email,
    });
    const changed = await grace.call('PATCH', `/users/${grace.id}/`, { json: { name: 'G', email: 'Grace@New.org' } });
    expect(changed).toMatchObject({ status: 200, body: { name: 'G', email: 'grace@new.org' } });
    expect((await grace.call('GET', '/users/me')).body).toEqual(changed.body);
  });

  it('moves the login and the identity to the new address at once', async () => {
    const alan = await service.person('alan');
    await alan.call('PATCH', `/users/${alan.id}`, { json: { email: 'turing@example.org' } });
    expect((await service.verify(alan.token)).headers.get('x-user-email')).toBe('turing%40example.org');
    const logIn = (email: string) => service.call('POST', '/auth/login', { json: { email, password: PASSWORD } });
    expect((await logIn('turing@example.org')).status).toBe(200);
    expect((await logIn(alan.email)).status).toBe(401);
  });

  it('refuses a taken address', async () => {
    const answer = await eve.call('PATCH', `/users/${eve.id}`, { json: { email: ada.email.toUpperCase() } });
    expect(answer).toMatchObject(problem(409, 'email_taken'));
    expect(await eve.call('GET', '/users/me')).toMatchObject({ body: { email: eve.email } });
  });

  it("refuses somebody else's account and an unknown one alike, an admin excepted", async () => {
    for (const id of [ada.id, UNKNOWN]) {
      expect(await eve.call('PATCH', `/users/${id}`, { json: { name: 'x' } })).toMatchObject(problem(403, 'forbidden'));
    }
    expect(await admin.call('PATCH', `/users/${ada.id}`, { json: { name: 'ada' } })).toMatchObject({ status: 200 });
    const unknown = await admin.call('PATCH', `/users/${UNKNOWN}`, { json: { name: 'x' } });
    expect(unknown).toMatchObject(problem(404, 'user_not_found'));
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['an array', [{ name: 'x' }]],
    ['a role', { role: 'admin' }],
    ['a name and an id', { name: 'x', id: UNKNOWN }],
    ['a password', { password: 'another password' }],
    ['a name that is null', { name: null }],
    ['a name that is empty', { name: '' }],
    ['an e-mail that is none', { email: 'ada' }],
    ['an e-mail that is an object', { email: { contains: '@' } }],
  ])('refuses %s', async (_what, json) => {
    expect(await ada.call('PATCH', `/users/${ada.id}`, { json })).toMatchObject(problem(400, 'validation_failed'));
  });
});

describe('DELETE /users/{id}', () => {
  it('ends login and token at once and frees the address', async () => {
    const bob = await service.person('bob');
    expect((await service.verify(bob.token)).status).toBe(200);
    expect(await bob.call('DELETE', `/users/${bob.id}`)).toMatchObject({ status: 204, text: '' });
    expect((await service.verify(bob.token)).status).toBe(401);
    const again = { email: bob.email, password: PASSWORD };
    expect((await service.call('POST', '/auth/login', { json: again })).status).toBe(401);
    const signup = await service.call('POST', '/auth/signup', { json: { ...again, name: 'bob' } });
    expect(signup.status).toBe(201);
    expect(signup.body.id).not.toBe(bob.id);
    expect((await service.verify(bob.token)).status).toBe(401);
    expect(service.logs).toContainEqual(
      expect.objectContaining({ event: 'user.deleted', user_id: bob.id, by: bob.id }),
    );
  });

  it("refuses somebody else's account and an unknown one alike", async () => {
    for (const id of [ada.id, UNKNOWN]) {
      expect(await eve.call('DELETE', `/users/${id}`)).toMatchObject(problem(403, 'forbidden'));
    }
    expect((await ada.call('GET', '/users/me')).status).toBe(200);
  });

  it('lets an admin delete anyone, once', async () => {
    const cid = await service.person('cid');
    expect((await admin.call('DELETE', `/users/${cid.id}`)).status).toBe(204);
    expect(await admin.call('DELETE', `/users/${cid.id}`)).toMatchObject(problem(404, 'user_not_found'));
  });
});

it('counts a new role from the next request on', async () => {
  const dan = await service.person('dan');
  expect((await dan.call('GET', `/users/${ada.id}`)).status).toBe(403);
  const client = new pg.Client({ connectionString: service.config.DATABASE_URL });
  await client.connect();
  try {
    await client.query("UPDATE users SET role = 'admin' WHERE id = $1", [dan.id]);
    expect((await dan.call('GET', `/users/${ada.id}`)).status).toBe(200);
    await client.query("UPDATE users SET role = 'customer' WHERE id = $1", [dan.id]);
    expect((await dan.call('GET', `/users/${ada.id}`)).status).toBe(403);
  } finally {
    await client.end();
  }
});

it('answers unknown paths and methods with problems', async () => {
  expect(await service.call('GET', '/auth/verify')).toMatchObject(problem(404, 'not_found'));
  expect(await service.call('GET', '/.well-known/jwks.json')).toMatchObject(problem(404, 'not_found'));
  expect(await service.call('GET', '/health/ready')).toMatchObject(problem(404, 'not_found'));
  expect((await service.call('PUT', '/auth/login')).status).toBe(405);
});
