import { join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';

export type CheckResult = {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
};

/** What can be said of the sources without running them. */
const STATIC_CHECKS = [
  { name: 'lint', bin: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', bin: 'tsc', args: ['--noEmit'] },
  { name: 'dead code', bin: 'knip', args: ['--no-progress'] },
] as const;

/** Runs lint, types and dead code side by side; each is reported as it ends. */
export function runStaticChecks(
  root: string,
  options: { env: NodeJS.ProcessEnv; signal: AbortSignal; report: (result: CheckResult) => void },
): Promise<CheckResult[]> {
  return Promise.all(
    STATIC_CHECKS.map(async ({ name, bin, args }) => {
      const started = performance.now();
      const outcome = await runCommand(join(root, 'node_modules/.bin', bin), args, {
        cwd: root,
        env: options.env,
        signal: options.signal,
        errorLines: 200,
      }).then(
        (output) => ({ ok: true, output }),
        (error: unknown) => ({ ok: false, output: error instanceof Error ? error.message : String(error) }),
      );
      options.signal.throwIfAborted();
      const result = { name, ...outcome, seconds: (performance.now() - started) / 1000 };
      options.report(result);
      return result;
    }),
  );
}
