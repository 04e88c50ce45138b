import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { type TourStep, takeTour } from '../shop/tour.ts';
import { runningBase } from './running-base.ts';

export function registerSmoke(program: Command): void {
  program
    .command('smoke')
    .description("the README's tour as a program; exit code 1 when a step fails")
    .option('--base <url>', 'the gateway (default: that of the running shop)')
    .option('--json', 'as one JSON document')
    .action(async (options: { base?: string; json?: boolean }) => {
      const base = runningBase(options.base, readConfig());
      const steps: TourStep[] = [];
      const ok = await takeTour(base, (step) => {
        steps.push(step);
        if (!options.json) console.log(line(step));
      });
      if (options.json) console.log(JSON.stringify({ base, ok, steps }, undefined, 2));
      else console.log(ok ? `the tour works at ${base}` : `the tour fails at ${base}`);
      if (!ok) process.exitCode = 1;
    });
}

function line({ name, ok, ms, detail }: TourStep): string {
  return `  ${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(24)} ${String(ms).padStart(5)} ms  ${detail}`;
}
