import { type Command, Option } from 'commander';
import { runVitest } from '../checks/run-vitest.ts';
import { type CheckResult, runStaticChecks } from '../checks/static-checks.ts';
import { PROJECT_ROOT, readConfig } from '../config.ts';

const KINDS = ['static', 'unit', 'component', 'e2e'] as const;
type Kind = (typeof KINDS)[number];
type TestOptions = { readonly only?: Kind; readonly compose?: boolean };

export function registerTest(program: Command): void {
  program
    .command('test')
    .description('lint, types, dead code, unit, component and end-to-end tests, on real parts')
    .argument('[filter...]', 'only test files whose path contains one of these; leaves out lint, types and dead code')
    .addOption(new Option('--only <kind>', 'one kind of check').choices(KINDS))
    .option('--compose', 'test the Compose stack instead; needs Docker')
    .action(async (filters: string[], options: TestOptions) => {
      process.exitCode = (await runTests(filters, options)) ? 0 : 1;
    });
}

async function runTests(filters: readonly string[], { only, compose }: TestOptions): Promise<boolean> {
  const env = readConfig().userEnvironment;
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.abort());
  const { signal } = ended;

  const wantsStatic = compose !== true && filters.length === 0 && (only === undefined || only === 'static');
  const checks = wantsStatic ? await runStaticChecks(PROJECT_ROOT, { env, signal, report: printCheck }) : [];
  let passed = checks.filter(({ ok }) => ok).length;
  let failed = checks.length - passed;
  if (only !== 'static') {
    const project = compose ? ['--project=compose'] : only === undefined ? [] : [`--project=${only}`];
    const tests = await runVitest(PROJECT_ROOT, [...project, ...filters], { env, signal });
    passed += tests.passed;
    failed += tests.failed;
  }
  signal.throwIfAborted();
  // The one line that scripts read: static checks count as one each.
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

function printCheck({ name, ok, seconds, output }: CheckResult): void {
  console.log(`  ${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${seconds.toFixed(1)} s`);
  if (!ok) console.log(output);
}
