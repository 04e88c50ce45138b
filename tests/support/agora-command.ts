import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const LAUNCHER = fileURLToPath(new URL('../../agora', import.meta.url));

/** Runs `./agora` for the shop in `directory`; answers with what it printed, throws with it when it fails. */
export async function agora(directory: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    'env',
    [`AGORA_DIRECTORY=${directory}`, 'NO_COLOR=1', LAUNCHER, ...args],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  ).catch((error: unknown) => {
    const said =
      error instanceof Error && 'stderr' in error && 'stdout' in error ? `\n${error.stdout}${error.stderr}` : '';
    throw new Error(`./agora ${args.join(' ')} failed${said}`, { cause: error });
  });
  return stdout;
}
