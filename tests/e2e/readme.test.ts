import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { agora } from '../support/agora-command.ts';
import { eventually } from '../support/eventually.ts';
import { shopUnderTest } from '../support/shop.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('{docs,services,packages,tools,protos,traefik,tests}/**/*.md', {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  }),
].map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
const readme = documents[0]?.text ?? '';
const run = promisify(execFile);
const { directory } = inject('shop');
const launcher = (...args: string[]) => agora(directory, args);

const shop = shopUnderTest();
afterAll(() => shop.close());

/** The `sh` block that holds the tour, with the gateway of this run in it. */
const tour = /```sh\n(curl [\s\S]*?)```/.exec(readme)?.[1]?.replaceAll('http://localhost/', `${shop.base}/`) ?? '';
const sed = /\| (sed '[^\n]*')\)/.exec(tour)?.[1] ?? '';
const alternatives = [...readme.matchAll(/`((?:jq -r|python3 -c) [^`]+)`/g)].map(([, command]) => command ?? '');

let answers = '';

describe('the tour', () => {
  let stockBefore = 0;
  beforeAll(async () => {
    stockBefore = (await shop.stockOf(99)).stock;
  });

  it('works when it is pasted', async () => {
    const { stdout } = await run('bash', ['-c', tour]);
    answers = stdout;
    expect(stdout).toMatch(
      /"email":"a@b\.com"[\s\S]*"status":"placed","product_id":99[\s\S]*"product_id":99,"stock":\d+/,
    );
    await eventually(async () => expect((await shop.stockOf(99)).stock).toBe(stockBefore - 1), { timeoutMs: 1_000 });
  });

  it('reads the token with sed, jq or python', async () => {
    expect(alternatives).toHaveLength(2);
    const login = tour.split('\n')[1]?.replace(/ \| sed .*$/, ')') ?? '';
    for (const reader of [sed, ...alternatives]) {
      const program = reader.split(' ')[0] ?? '';
      const there = await run('sh', ['-c', `command -v ${program}`]).then(
        () => true,
        () => false,
      );
      if (!there && program !== 'sed') continue;
      const { stdout } = await run('bash', ['-c', `${login.replace(/\)$/, '')} | ${reader})\nprintf %s "$TOKEN"`]);
      expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    }
  });
});

describe('the documents', () => {
  it('name launcher commands and options that exist', async () => {
    const named = documents.flatMap(({ text }) => [...text.matchAll(/\.\/agora ([a-z]+)((?: --?[a-z-]+)*)/g)]);
    expect(named.length).toBeGreaterThan(10);
    const commands = [...(await launcher('--help')).matchAll(/^ {2}([a-z]+) /gm)].map(([, command]) => command);
    for (const command of new Set(named.map(([, each = '']) => each))) {
      expect(commands).toContain(command);
      const help = await launcher(command, '--help');
      for (const [, , options = ''] of named.filter(([, each]) => each === command)) {
        for (const option of options.split(' ').filter((each) => each !== '')) expect(help).toContain(option);
      }
    }
  });

  it('name commands that do what they say: smoke, status, seed, logs, docs, doctor', async () => {
    expect(await launcher('smoke')).toContain('the tour works');
    expect(JSON.parse(await launcher('status', '--json'))).toMatchObject({ running: true, ready: true });
    expect(await launcher('status')).toContain('the services together');
    await launcher('seed');
    expect(await launcher('logs', 'order-service')).toContain('"service":"order-service"');
    expect(JSON.parse(await launcher('docs', '--print'))).toMatchObject({ openapi: '3.1.0' });
    expect(JSON.parse(await launcher('doctor', '--json'))).toBeTypeOf('object');
  });

  it('show the answers that the tour has', () => {
    const shown = /^```\n(\{[\s\S]*?)```/m.exec(readme)?.[1] ?? '';
    const shape = (text: string) => [...text.matchAll(/"([a-z_]+)":/g)].map(([, key]) => key);
    expect(shape(shown)).toEqual(shape(answers));
  });

  it('name test files that exist', () => {
    const filters = documents.flatMap(({ text }) =>
      [...text.matchAll(/`\.\/agora test ([a-z][a-z-]+)`/g)].map(([, filter]) => filter),
    );
    const files = globSync('{tests,services,packages,tools}/**/*.test.ts', {
      cwd: root,
      exclude: (path) => path.includes('node_modules'),
    });
    expect(filters.length).toBeGreaterThan(5);
    for (const filter of filters)
      expect(
        files.filter((file) => file.includes(filter ?? '')),
        `./agora test ${filter}`,
      ).not.toEqual([]);
  });

  it('name package scripts that exist', () => {
    const scripts = documents.flatMap(({ text }) => [...text.matchAll(/pnpm --filter (\S+) ([a-z]+)/g)]);
    expect(scripts.length).toBeGreaterThan(0);
    const manifests = globSync('{protos,{services,packages,tools}/*}/package.json', { cwd: root }).map((file) =>
      JSON.parse(readFileSync(join(root, file), 'utf8')),
    );
    for (const [command, name, script = ''] of scripts) {
      expect(manifests.find((manifest) => manifest.name === name)?.scripts[script], command).toBeDefined();
    }
  });

  it('link to what is there', () => {
    for (const { file, text } of documents) {
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)) {
        expect(existsSync(join(root, dirname(file), target)), `${file} -> ${target}`).toBe(true);
      }
    }
  });

  it('keep the README within 150 lines', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(151);
  });
});
