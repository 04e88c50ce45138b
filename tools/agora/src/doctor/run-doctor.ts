import { readConfig } from '../config.ts';
import { CHECKS, type Finding } from './checks.ts';

const USAGE = `Usage: agora doctor [--json]

What is missing on this machine, and the command that mends it. Installs and starts nothing.`;

const MARKS = { ok: '✓', note: '·', missing: '✗' } as const;

/** Runs before anything is installed, so it takes its own options. Answers with the exit code: 1 when something is missing. */
export async function runDoctor(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(USAGE);
    return 0;
  }
  const unknown = args.find((each) => each !== '--json');
  if (unknown !== undefined) {
    console.error(`agora: doctor does not know ${unknown}\n\n${USAGE}`);
    return 1;
  }
  const config = readConfig();
  const findings = await Promise.all(CHECKS.map((check) => check(config)));
  const isMissing = findings.some(({ state }) => state === 'missing');
  if (args.includes('--json')) console.log(JSON.stringify({ ok: !isMissing, findings }, undefined, 2));
  else for (const finding of findings) console.log(line(finding));
  return isMissing ? 1 : 0;
}

function line({ name, state, found, mend }: Finding): string {
  return `  ${MARKS[state]} ${name.padEnd(14)} ${found}${mend === undefined ? '' : `\n      ${mend}`}`;
}
