import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('has the tables that the messaging package expects, word for word', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const tables = read('../../../packages/messaging/sql/tables.sql');
  expect(tables).toContain('CREATE TABLE outbox');
  expect(read('../prisma/migrations/20261101000000_stock/migration.sql')).toContain(tables);
});
