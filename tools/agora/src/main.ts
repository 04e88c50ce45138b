import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { Command } from 'commander';
import { registerBench } from './commands/bench.ts';
import { registerDev } from './commands/dev.ts';
import { registerDocs } from './commands/docs.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerDown } from './commands/down.ts';
import { registerLogs } from './commands/logs.ts';
import { registerSeed } from './commands/seed.ts';
import { registerSmoke } from './commands/smoke.ts';
import { registerStatus } from './commands/status.ts';
import { registerTest } from './commands/test.ts';
import { registerUp } from './commands/up.ts';
import { readConfig } from './config.ts';

enableCompileCache(join(readConfig().cacheDirectory, 'compiled'));

// A terminal that was closed, or `| head`: what runs has to be stopped in order all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/** In the order in which `--help` lists them. */
const COMMANDS = [
  registerUp,
  registerDev,
  registerDown,
  registerStatus,
  registerLogs,
  registerSeed,
  registerSmoke,
  registerTest,
  registerBench,
  registerDocs,
  registerDoctor,
];

const program = new Command('agora')
  .description('The launcher of Agora: real Postgres, RabbitMQ and Traefik and the services, without Docker.')
  .helpCommand(false)
  .showHelpAfterError('(agora --help lists the commands)');
for (const register of COMMANDS) register(program);

try {
  await program.parseAsync();
} catch (error) {
  console.error(`agora: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
