import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@agora/tests/eventually';
import { describe, expect, it } from 'vitest';
import { affectedServices } from '../commands/dev.ts';
import { SERVICES } from '../secrets/service-table.ts';
import { isSource, watchSources } from './watch-sources.ts';

describe('isSource', () => {
  it.each(['order.ts', 'http/order-routes.ts', 'product/v1/product.proto'])('takes %s', (name) => {
    expect(isSource(name)).toBe(true);
  });

  it.each(['order.test.ts', '.order.ts.swp', '4913', 'README.md', 'http/.#x.ts'])('passes over %s', (name) => {
    expect(isSource(name)).toBe(false);
  });
});

describe('affectedServices', () => {
  it("restarts the owner of a service's file, and all for anything shared", () => {
    expect(affectedServices(['services/order-service/src/main.ts'])).toEqual(['order-service']);
    expect(affectedServices(['services/order-service/src/a.ts', 'packages/messaging/src/b.ts'])).toEqual(SERVICES);
  });
});

describe('watchSources', () => {
  it('calls once for a burst', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'agora-watch-'));
    const calls: (readonly string[])[] = [];
    const watcher = watchSources({ folders: [folder], onChange: (files) => calls.push(files), quietMs: 100 });
    try {
      for (const name of ['a.ts', 'b.ts', 'b.ts', 'notes.txt']) writeFileSync(join(folder, name), name);
      await eventually(() => expect(calls.flat().sort()).toEqual([join(folder, 'a.ts'), join(folder, 'b.ts')]));
      expect(calls).toHaveLength(1);
    } finally {
      watcher.close();
      rmSync(folder, { recursive: true });
    }
  });
});
