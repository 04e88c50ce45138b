import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../tools/agora/src/parts/postgres.ts';
import { removePostgres } from '../../tools/agora/src/parts/postgres-home.ts';
import { startRabbitmq } from '../../tools/agora/src/parts/rabbitmq.ts';
import type { TestServers } from './config.ts';

type PrivateServers = { readonly servers: TestServers; stop(): Promise<void> };

/** A Postgres and a RabbitMQ for one test run, with data that goes when they stop. The caller stops them. */
export async function startPrivateServers(): Promise<PrivateServers> {
  const directory = await mkdtemp(join(tmpdir(), 'agora-test-'));
  const postgresDirectory = join(directory, 'postgres');
  const pids = new Set<number>();
  const onSpawn = (_name: string, pid: number) => pids.add(pid);
  const logFile = (name: string) => join(directory, `${name}.log`);
  const starting = await Promise.allSettled([
    startPostgres({ dataDirectory: postgresDirectory, logFile: logFile('postgres'), durable: false, onSpawn }),
    startRabbitmq({ dataDirectory: join(directory, 'rabbitmq'), logFile: logFile('rabbitmq'), onSpawn }),
  ]);
  const killRest = () => killAll(pids);
  process.once('exit', killRest);
  const stop = async () => {
    await Promise.all(starting.map((part) => (part.status === 'fulfilled' ? part.value.stop() : undefined)));
    process.off('exit', killRest);
    await removePostgres(postgresDirectory);
    await rm(directory, { recursive: true, force: true });
  };

  const [postgres, rabbitmq] = starting;
  if (postgres.status === 'fulfilled' && rabbitmq.status === 'fulfilled') {
    const management = new URL(rabbitmq.value.managementUrl);
    management.username = 'guest';
    management.password = 'guest';
    const servers = {
      postgresUrl: postgres.value.url,
      rabbitmqUrl: rabbitmq.value.url,
      rabbitmqManagementUrl: management.href,
    };
    return { servers, stop };
  }
  const reasons = starting.flatMap((part) => (part.status === 'rejected' ? [part.reason] : []));
  await stop();
  throw new AggregateError(reasons, `the test servers did not start: ${reasons.map(String).join('; ')}`);
}

// A run that is killed in the middle leaves nothing running.
function killAll(pids: Iterable<number>): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}
