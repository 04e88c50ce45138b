import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createScratchWorkspace, type ScratchWorkspace } from './support/scratch-workspace.ts';

// Both sides of the queue. Each names what it depends on in an import of its own.
const SERVICES = ['order-service', 'inventory-service'];

const TSCONFIG = {
  extends: './tsconfig.base.json',
  compilerOptions: { noEmit: true },
  include: SERVICES.map((service) => `services/${service}/src`),
};

let scratch: ScratchWorkspace;
beforeAll(async () => {
  scratch = await createScratchWorkspace();
  await scratch.writeFile('tsconfig.scratch.json', JSON.stringify(TSCONFIG));
});
afterAll(() => scratch?.close());

const typecheck = () => scratch.run('tsc', ['-p', 'tsconfig.scratch.json']);
const load = (service: string) =>
  scratch.run('node', ['--conditions=agora-source', '-e', `import('./services/${service}/src/${service}.ts')`]);

/** One test of each service that starts its program. (Inside vitest a missing export is merely undefined.) */
const TESTS = [
  ...SERVICES.map((service) => `services/${service}/test/process.test.ts`),
  '--testNamePattern=refuses its environment',
];

const runTests = () => {
  const { postgresUrl, rabbitmqUrl, rabbitmqManagementUrl } = inject('servers');
  return scratch.run('vitest', ['run', '--reporter=dot', ...TESTS], {
    AGORA_TEST_POSTGRES_URL: postgresUrl,
    AGORA_TEST_RABBITMQ_URL: rabbitmqUrl,
    AGORA_TEST_RABBITMQ_MANAGEMENT_URL: rabbitmqManagementUrl,
  });
};

describe('renaming what both sides agree on', { timeout: 120_000 }, () => {
  it('begins with a copy in which everything is well', async () => {
    expect(await typecheck()).toEqual({ code: 0, output: '' });
    for (const service of SERVICES) expect(await load(service)).toEqual({ code: 0, output: '' });
    expect(await runTests()).toMatchObject({ code: 0 });
  });

  it.each([
    ['OrderPlaced', 'OrderSubmitted'],
    ['ORDER_EVENTS_QUEUE', 'ORDER_QUEUE'],
  ])('%s breaks typecheck, import and tests of both services', async (name, newName) => {
    const renamed = (from: string, to: string) =>
      scratch.replaceIn('packages/shared-events/src', new RegExp(`\\b${from}\\b`, 'g'), to);
    expect(await renamed(name, newName)).toBeGreaterThan(1);
    try {
      const tests = await runTests();
      expect(tests.code).toBe(1);
      expect(tests.output).toMatch(/Test Files +2 failed \(2\)/);
      const { code, output } = await typecheck();
      expect(code).not.toBe(0);
      for (const service of SERVICES) {
        expect(output).toMatch(new RegExp(`services/${service}/src/.*error TS\\d+.*has no exported member.*${name}`));
        const loading = await load(service);
        expect(loading.code).not.toBe(0);
        expect(loading.output).toContain(`does not provide an export named '${name}'`);
      }
    } finally {
      await renamed(newName, name);
    }
  });
});
