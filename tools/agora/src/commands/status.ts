import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { readRunState } from '../instance/run-state.ts';
import { readShopStatus, type ShopStatus } from '../up/shop-status.ts';
import { urlTable } from '../up/shop-summary.ts';

export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('parts, ports, pids, health and memory of the running shop')
    .option('--json', 'as one JSON document')
    .action(async (options: { json?: boolean }) => {
      const { directory } = readConfig();
      const status = await readShopStatus(directory);
      if (!status.running) process.exitCode = 1;
      if (options.json) return console.log(JSON.stringify(status, undefined, 2));
      if (!status.running) return console.log(notRunning(status));
      console.log(statusTable(status));
      const state = readRunState(directory);
      if (state !== undefined) console.log(`\n${urlTable(state)}`);
    });
}

function notRunning({ directory, leftovers = [] }: ShopStatus): string {
  const left = `a launcher that was killed left ${leftovers.join(', ')} running: ./agora down ends them`;
  return leftovers.length > 0 ? left : `no shop runs in ${directory}: ./agora up starts one`;
}

/** One line for each part. Memory is proportional: shared pages are counted once over all. */
function statusTable({ parts, mode, startedAt, launcherPid, ready }: ShopStatus): string {
  const phase = ready ? 'running' : 'starting';
  const lines = [`${mode} ${phase} since ${startedAt}, process ${launcherPid}`, ''];
  lines.push(`  ${'part'.padEnd(18)} ${'pid'.padStart(7)}  ${'health'.padEnd(9)} ${'memory'.padStart(8)}  ports`);
  for (const { name, pid, health, detail, memoryBytes, ports } of parts) {
    const at = Object.entries(ports).map(([use, port]) => `${use} ${port}`);
    const cells = [
      name.padEnd(18),
      String(pid ?? '-').padStart(7),
      ` ${health.padEnd(9)}`,
      megabytes(memoryBytes).padStart(8),
    ];
    lines.push(`  ${cells.join(' ')}  ${at.join(', ')}${detail === '' ? '' : `  (${detail})`}`);
  }
  const services = parts.filter(({ name }) => name.endsWith('-service'));
  const sum = services.reduce((total, { memoryBytes }) => total + (memoryBytes ?? 0), 0);
  lines.push('', `  the services together: ${megabytes(sum)}`);
  return lines.join('\n');
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : `${Math.round(bytes / 1024 / 1024)} MB`;
}
