import type { TestProject } from 'vitest/node';
import { readTestServers, type TestServers } from './config.ts';
import { startPrivateServers } from './private-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    servers: TestServers;
  }
}

// Several vitest projects name this file, and each loads its own copy of it: what is shared lives on the run itself.
const SHARED = Symbol.for('agora.test.servers');
type Run = TestProject['vitest'] & { [SHARED]?: TestServers };

/** One Postgres and one RabbitMQ for the run: those of the AGORA_TEST_* variables, else private ones that end with it. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const run: Run = project.vitest;
  const running = run[SHARED] ?? readTestServers();
  if (running !== undefined) {
    run[SHARED] = running;
    project.provide('servers', running);
    return undefined;
  }
  const started = await startPrivateServers();
  run[SHARED] = started.servers;
  project.provide('servers', started.servers);
  return started.stop;
}
