// The first thing that runs on a fresh clone: it may import nothing but Node's own modules and files that do the same.
import { readConfig } from './config.ts';
import { isInstalled, prepareWorkspace } from './setup/prepare-workspace.ts';

const ended = new AbortController();
const end = () => ended.abort();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
for (const signal of SIGNALS) process.on(signal, end);

const LOOKS_ONLY = ['down', 'status', 'logs', '--help', '-h'];
const command = process.argv[2];
if (command === 'doctor') {
  // It says what is missing, so it must not need it.
  const { runDoctor } = await import('./doctor/run-doctor.ts');
  process.exitCode = await runDoctor(process.argv.slice(3));
} else {
  try {
    // What only looks at a shop, or stops it, has to work while dependencies are being changed.
    if (!(LOOKS_ONLY.includes(command ?? '') && isInstalled())) {
      await prepareWorkspace(readConfig(), { signal: ended.signal, say: (text) => console.error(text) });
    }
    for (const signal of SIGNALS) process.off(signal, end);
    await import('./main.ts');
  } catch (error) {
    if (!ended.signal.aborted) console.error(`agora: ${error instanceof Error ? error.message : error}`);
    process.exitCode = ended.signal.aborted ? 130 : 1;
  }
}
