import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@agora/tests/eventually';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RunningRabbitmq, startRabbitmq } from '../../../tools/agora/src/parts/rabbitmq.ts';
import { addToOutbox } from '../src/index.ts';
import { consumerOn } from './support/consuming.ts';
import { relayOn } from './support/relaying.ts';
import { createRig, placed, type Rig } from './support/rig.ts';

const BOOT = { timeoutMs: 60_000 };

let rig: Rig;
let directory: string;
beforeEach(async () => {
  rig = await createRig();
  directory = await mkdtemp(join(tmpdir(), 'agora-broker-'));
});
afterEach(async () => {
  await rig.close();
  await rm(directory, { recursive: true, force: true });
});

async function start(port?: number, environment: NodeJS.ProcessEnv = {}): Promise<RunningRabbitmq> {
  const node = await startRabbitmq({
    dataDirectory: join(directory, 'data'),
    logFile: join(directory, 'rabbitmq.log'),
    environment,
    ...(port === undefined ? {} : { port }),
  });
  rig.after(() => node.stop());
  return node;
}

// One broker start is some seconds of nothing, so the three things that need a broker of their own share one life of it.
it('keeps events through a broker in distress, one stopped in good order, and one killed', async () => {
  const alarm = join(directory, 'alarm.config');
  await writeFile(alarm, '[{rabbit, [{vm_memory_high_watermark, {absolute, 1}}]}].\n');
  const inDistress = await start(undefined, { RABBITMQ_ADVANCED_CONFIG_FILE: alarm });
  const { port } = inDistress;

  const broker = rig.newBroker({ url: inDistress.url, timings: { reconnectCapMs: 200 } });
  const relay = relayOn(rig, broker, { pool: rig.newPool() });
  consumerOn(rig, broker, { pool: rig.newPool() });
  await broker.running();

  await addToOutbox(rig.pool, [placed()]);
  relay.kick();
  await eventually(() => expect(broker.health().detail).toMatch(/publishing: blocked by the broker: .*memory/));
  // Out of its transaction, so that nothing is locked for as long as the alarm lasts.
  await eventually(async () => {
    const { rows } = await rig.pool.query('SELECT seq FROM outbox FOR UPDATE SKIP LOCKED');
    expect(rows).toHaveLength(1);
  });
  await inDistress.stop();

  await eventually(() => expect(broker.health().detail).toMatch(/ECONNREFUSED/), BOOT);
  await addToOutbox(rig.pool, [placed(), placed()]);
  relay.kick();
  const healthy = await start(port);
  await eventually(async () => expect(await rig.count('effects')).toBe(3), BOOT);
  await eventually(() => expect(broker.health()).toEqual({ status: 'ok' }));

  const many = Array.from({ length: 2_000 }, () => placed());
  await addToOutbox(rig.pool, many);
  relay.kick();
  await eventually(async () => (await rig.count('outbox')) < 2_000);
  await healthy.processes[0]?.stop('SIGKILL');
  await healthy.stop();
  await start(port);
  await eventually(async () => expect(await rig.count('outbox')).toBe(0), BOOT);
  await eventually(async () => expect(await rig.count('effects')).toBe(2_003), BOOT);
  const { rows } = await rig.pool.query('SELECT count(DISTINCT event_id)::int AS n FROM effects');
  expect(rows).toEqual([{ n: 2_003 }]);
}, 240_000);
