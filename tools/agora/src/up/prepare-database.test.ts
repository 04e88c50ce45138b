import { describe, expect, it } from 'vitest';
import { findAdmin } from './prepare-database.ts';

describe('findAdmin', () => {
  it('finds the one line among log lines', () => {
    const printed = '{"level":"info","msg":"seeding"}\n{"admin":{"email":"a@b.c","password":"p"}}\n';
    expect(findAdmin(printed)).toEqual({ email: 'a@b.c', password: 'p' });
  });

  it('finds none when the admin was there already', () => {
    expect(findAdmin('{"level":"info","msg":"{\\"admin\\":1}"}\n')).toBeUndefined();
  });
});
