import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startPostgres } from '../src/parts/postgres.ts';
import { removePostgres } from '../src/parts/postgres-home.ts';
import { listeningAddresses } from './listening-addresses.ts';

let folder: string;
let dataDirectory: string;
/** Also stopped when the test fails before it does that itself. */
async function start() {
  const server = await startPostgres({ dataDirectory, logFile: join(folder, 'postgres.log'), durable: false });
  onTestFinished(() => server.stop());
  return server;
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-postgres-test-'));
  chmodSync(folder, 0o755);
  dataDirectory = join(folder, 'postgres');
});
afterEach(async () => {
  await removePostgres(dataDirectory);
  rmSync(folder, { recursive: true });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('keeps its data, asks for the password, and listens on 127.0.0.1 alone', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    expect(listeningAddresses(first.pid)).toEqual([`127.0.0.1:${first.port}`]);
    const wrong = first.url.replace(/:[^:@]+@/, ':guess@');
    await expect(query(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await first.stop();

    const second = await start();
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('starts after a kill, although the number in its pid file is taken by somebody else', async () => {
    const first = await start();
    const data = String((await query(first.url, 'SHOW data_directory')).map((row) => Object.values(row as object)[0]));
    process.kill(first.pid, 'SIGKILL');
    await first.processes[0]?.exited;
    // Postgres believes its pid file when the process is its own user's, and not its parent.
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const other = spawn('sleep', ['60'], { stdio: 'ignore', cwd: '/', ...user });
    writeFileSync(join(data, 'postmaster.pid'), `${other.pid}\n${data}\n1\n5432\n\n127.0.0.1\n`);
    const second = await start().finally(() => other.kill());
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  it('starts in a folder that nobody else may enter', async () => {
    chmodSync(folder, 0o700);
    const server = await start();
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
  });

  it('quotes the log when the server ends at once', async () => {
    const { port, stop } = await start();
    const second = startPostgres({ dataDirectory: join(folder, 'other'), port, logFile: join(folder, 'other.log') });
    await expect(second).rejects.toThrow(/ended at start \(code 1\)[\s\S]*Address already in use/);
    await stop();
    await removePostgres(join(folder, 'other'));
  });
});
