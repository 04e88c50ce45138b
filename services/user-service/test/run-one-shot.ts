import { fileURLToPath } from 'node:url';
import { startProgram } from '@agora/tests/start-program';

/** Runs `src/<name>.ts` as a process of its own, to its end. */
export async function runOneShot(
  name: 'main' | 'migrate' | 'seed',
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = startProgram(fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url)), env);
  return { code: await program.ended, stdout: program.stdout(), stderr: program.stderr() };
}
