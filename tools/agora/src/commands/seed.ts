import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfig, readSettings } from '../config.ts';
import { readRunState } from '../instance/run-state.ts';
import { ensureSecrets } from '../secrets/ensure-secrets.ts';
import { SEEDED } from '../secrets/service-table.ts';
import { SETTINGS } from '../services.ts';
import { seed } from '../up/prepare-database.ts';
import { readShopStatus } from '../up/shop-status.ts';

export function registerSeed(program: Command): void {
  program
    .command('seed')
    .description('load the demo data into the running shop; what is there stays as it is')
    .action(async () => {
      const { directory, rabbitmqUrl } = readConfig();
      const state = readRunState(directory);
      if (state === undefined || !(await readShopStatus(directory)).running) {
        throw new Error('no shop runs here: ./agora up starts one, and loads the demo data the first time');
      }
      const secrets = ensureSecrets(join(directory, 'secrets'));
      const addresses = { ports: state.ports, secrets, settings: readSettings(SETTINGS), rabbitmqUrl };
      for (const service of SEEDED) {
        const logFile = join(directory, 'logs', `${service}.log`);
        const nothing = () => {};
        const signal = new AbortController().signal;
        const admin = await seed(service, { directory, addresses, logFile, onSpawn: nothing, doing: nothing, signal });
        console.log(`  ${service}: demo data is there`);
        if (admin !== undefined) console.log(`  admin ${admin.email} password ${admin.password}   (shown once)`);
      }
    });
}
