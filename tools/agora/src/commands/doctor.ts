import type { Command } from 'commander';
import { runDoctor } from '../doctor/run-doctor.ts';

/** Listed here for `--help`; bootstrap.ts runs it before anything is installed. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what is missing on this machine, and the command that mends it')
    .option('--json', 'as one JSON document')
    .action(async (options: { json?: boolean }) => {
      process.exitCode = await runDoctor(options.json ? ['--json'] : []);
    });
}
