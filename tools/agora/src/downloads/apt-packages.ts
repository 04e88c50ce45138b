import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';

export type AptOptions = { readonly env: NodeJS.ProcessEnv; readonly signal?: AbortSignal | undefined };

/**
 * Fetches a Debian package with everything it needs that this system does not have, and unpacks it all below `root`.
 * Nothing is installed and nothing of the system changes. apt checks every file against the archive's signed list, and
 * takes the user's mirrors and proxies. `ours` are packages to fetch even where the system has them.
 */
export async function unpackPackages(
  wanted: string,
  ours: RegExp,
  folders: { readonly root: string; readonly scratch: string },
  options: AptOptions,
): Promise<void> {
  const debs = join(folders.scratch, 'debs');
  await mkdir(debs, { recursive: true });
  const status = await statusWithout(ours, folders.scratch);
  try {
    await download(wanted, debs, systemLists(status), options);
  } catch {
    options.signal?.throwIfAborted();
    // No package lists on this machine, or lists so old that the mirror has moved on: fetch our own.
    const lists = await privateLists(folders.scratch, status);
    await runCommand('apt-get', [...lists, 'update'], options);
    await download(wanted, debs, lists, options);
  }
  for (const file of await readdir(debs)) {
    if (file.endsWith('.deb')) await runCommand('dpkg-deb', ['--extract', join(debs, file), folders.root], options);
  }
}

async function download(wanted: string, debs: string, lists: string[], options: AptOptions): Promise<void> {
  const plan = await runCommand('apt-get', [...lists, 'install', '-s', '--no-install-recommends', wanted], options);
  const packages = plannedPackages(plan);
  await runCommand('apt-get', [...lists, 'download', ...packages], { ...options, cwd: debs });
}

/** `Inst socat (1.7.4.4-2 Debian:12.14/oldstable [amd64])` → `socat=1.7.4.4-2`. The C library always stays the system's. */
export function plannedPackages(plan: string): string[] {
  return plan.split('\n').flatMap((line) => {
    const [, name, version] = /^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) /.exec(line) ?? [];
    return name === undefined || version === undefined || /^libc(6|-bin)\b/.test(name) ? [] : [`${name}=${version}`];
  });
}

const WITHOUT_LOCKS = ['-o', 'Debug::NoLocking=1', '-o', 'APT::Sandbox::User='];

function systemLists(status: string): string[] {
  return [...WITHOUT_LOCKS, '-o', `Dir::State::status=${status}`];
}

async function privateLists(scratch: string, status: string): Promise<string[]> {
  const state = join(scratch, 'apt-state');
  const cache = join(scratch, 'apt-cache');
  await mkdir(join(state, 'lists/partial'), { recursive: true });
  await mkdir(join(cache, 'archives/partial'), { recursive: true });
  const folders = ['-o', `Dir::State=${state}`, '-o', `Dir::Cache=${cache}`, '-o', `Dir::State::status=${status}`];
  return [...WITHOUT_LOCKS, ...folders];
}

/** The list of installed packages, without those that we want to have below our own root. */
async function statusWithout(ours: RegExp, scratch: string): Promise<string> {
  const file = join(scratch, 'status');
  const installed = await readFile('/var/lib/dpkg/status', 'utf8');
  const kept = installed.split('\n\n').filter((entry) => !ours.test(/^Package: (\S+)/m.exec(entry)?.[1] ?? ''));
  await writeFile(file, kept.join('\n\n'));
  return file;
}
