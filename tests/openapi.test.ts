import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../tools/agora/src/config.ts';
import { OPENAPI_FILE, openApiText } from '../tools/agora/src/docs/describe-shop.ts';

// architecture.md, HTTP contract: method and path as a client sees them.
const CONTRACT = [
  'delete /users/{id}',
  'get /inventory/{product_id}',
  'get /orders/',
  'get /orders/{id}',
  'get /products/',
  'get /products/{product_id}',
  'get /users/',
  'get /users/me',
  'get /users/{id}',
  'get /users/{id}/purchases',
  'patch /users/{id}',
  'post /auth/login',
  'post /auth/signup',
  'post /orders/',
  'post /users/{id}/purchases',
  'put /inventory/{product_id}',
];

describe('docs/openapi.json', () => {
  it('is what the route schemas say today (renew it: ./agora docs --write)', async () => {
    expect(readFileSync(join(PROJECT_ROOT, OPENAPI_FILE), 'utf8')).toBe(await openApiText(PROJECT_ROOT));
  });

  it('describes the whole contract and nothing else', async () => {
    const { paths } = JSON.parse(await openApiText(PROJECT_ROOT)) as { paths: Record<string, object> };
    const described = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(CONTRACT);
  });
});
