import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PASSWORD, startForTest, type TestUserService } from './start-user-service.ts';

let service: TestUserService;
beforeAll(async () => {
  service = await startForTest({ BCRYPT_COST: 10 });
});
afterAll(() => service.close());

it('answers a flood of logins with 503, and goes on serving everything else', async () => {
  const json = { email: 'nobody@example.org', password: PASSWORD };
  const flood = Promise.all(Array.from({ length: 150 }, () => service.call('POST', '/auth/login', { json })));
  // Files share the thread pool with bcrypt.
  const [health] = await Promise.all([service.callInternal('/health/ready'), readFile(new URL(import.meta.url))]);
  expect(health.status).toBe(200);

  const answers = await flood;
  const refused = answers.filter(({ status }) => status !== 401);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(answers.length);
  for (const answer of refused) {
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  expect((await service.call('POST', '/auth/login', { json })).status).toBe(401);
});
