import { describe, expect, it } from 'vitest';
import { mergeOpenApi } from './merge-openapi.ts';

describe('mergeOpenApi', () => {
  it('joins the paths of all services, in order, and components once', () => {
    const problem = { type: 'object' };
    const merged = mergeOpenApi([
      { paths: { '/orders/': { get: {} } }, components: { schemas: { Problem: problem } } },
      { paths: { '/inventory/{id}': { put: {} } }, components: { schemas: { Problem: problem } } },
    ]);
    expect(merged).toMatchObject({ components: { schemas: { Problem: problem } } });
    expect(Object.keys((merged as { paths: object }).paths)).toEqual(['/inventory/{id}', '/orders/']);
  });

  it('refuses two services that describe one path', () => {
    const one = { paths: { '/orders/': { get: {} } } };
    expect(() => mergeOpenApi([one, { paths: { '/orders/': { post: {} } } }])).toThrow('/orders/ is described twice');
  });
});
