import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type WheelRequest = {
  readonly project: string;
  readonly file: string;
  readonly into: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
};

/** For a machine without pip: the same file from the same index, as pip's settings name it. The caller checks the sum. */
export async function fetchWheel({ project, file, into, env, signal }: WheelRequest): Promise<void> {
  const index = await indexUrl(env);
  const listing = new URL(`${project}/`, index.endsWith('/') ? index : `${index}/`);
  const page = await get(listing, signal);
  const link = findLink(await page.text(), file);
  if (link === undefined) throw new Error(`${listing.host} has no ${file}`);
  const wheel = await get(new URL(link, page.url || listing), signal);
  await writeFile(join(into, file), Buffer.from(await wheel.arrayBuffer()));
}

/** The address behind the link with this text, on a "simple" index page. */
export function findLink(page: string, file: string): string | undefined {
  for (const [, href, text] of page.matchAll(/<a\b[^>]*\bhref="([^"]+)"[^>]*>([^<]*)<\/a>/g)) {
    if (text?.trim() === file) return href?.replaceAll('&amp;', '&');
  }
  return undefined;
}

async function indexUrl(env: NodeJS.ProcessEnv): Promise<string> {
  if (env.PIP_INDEX_URL) return env.PIP_INDEX_URL;
  const home = env.XDG_CONFIG_HOME || join(env.HOME ?? '/', '.config');
  const files = [
    env.PIP_CONFIG_FILE,
    join(home, 'pip/pip.conf'),
    join(env.HOME ?? '/', '.pip/pip.conf'),
    '/etc/pip.conf',
  ];
  for (const file of files) {
    const settings = file ? await readFile(file, 'utf8').catch(() => '') : '';
    const index = /^\s*index-url\s*=\s*(\S+)/m.exec(settings)?.[1];
    if (index !== undefined) return index;
  }
  return 'https://pypi.org/simple';
}

async function get(url: URL, signal: AbortSignal | undefined): Promise<Response> {
  const response = await fetch(url, { headers: { accept: 'text/html' }, ...(signal ? { signal } : {}) });
  if (!response.ok) throw new Error(`${url.host} answered ${response.status}`);
  return response;
}
