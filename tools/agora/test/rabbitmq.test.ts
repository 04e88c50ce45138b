import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startRabbitmq } from '../src/parts/rabbitmq.ts';
import { identify, isSame } from '../src/processes/process-identity.ts';
import { brokerDefinitions } from '../src/secrets/broker-definitions.ts';
import { ensureSecrets } from '../src/secrets/ensure-secrets.ts';
import { INSPECTOR } from '../src/services.ts';
import { listeningAddresses } from './listening-addresses.ts';

const folder = mkdtempSync(join(tmpdir(), 'agora-rabbitmq-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TIMEOUT_MS = 120_000;

describe('startRabbitmq', () => {
  it(
    'boots after a first boot that was cut short, with our users, on loopback alone, and leaves no process',
    async () => {
      const dataDirectory = join(folder, 'rabbitmq');
      mkdirSync(join(dataDirectory, 'mnesia/agora@localhost'), { recursive: true });
      writeFileSync(join(dataDirectory, 'mnesia/agora@localhost/schema.DAT'), 'half a database');
      const secrets = ensureSecrets(join(folder, 'secrets'));
      const definitionsFile = join(folder, 'definitions.json');
      writeFileSync(definitionsFile, brokerDefinitions(secrets, INSPECTOR));
      const spawned: number[] = [];
      const broker = await startRabbitmq({
        dataDirectory,
        definitionsFile,
        logFile: join(folder, 'rabbitmq.log'),
        onSpawn: (_name, pid) => spawned.push(pid),
      });
      onTestFinished(() => broker.stop());
      const processes = spawned.map(identify).flatMap((identity) => identity ?? []);
      expect(processes).toHaveLength(2);

      const status = async (name: string, password: string) => {
        const headers = { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
        return (await fetch(`${broker.managementUrl}/api/vhosts`, { headers })).status;
      };
      expect(await status('agora-admin', secrets.brokerPasswords['agora-admin'])).toBe(200);
      expect(await status('agora-admin', 'guess')).toBe(401);
      const addresses = listeningAddresses(...spawned);
      expect(addresses).toEqual(
        expect.arrayContaining([`127.0.0.1:${broker.port}`, `127.0.0.1:${broker.managementPort}`]),
      );
      expect(addresses.filter((address) => !/^(127\.0\.0\.1|::1):/.test(address))).toEqual([]);

      const begin = performance.now();
      await broker.stop();
      // Five seconds of it would be RabbitMQ waiting for itself.
      expect(performance.now() - begin).toBeLessThan(5_000);
      expect(processes.filter(isSame)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
