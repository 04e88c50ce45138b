import { describe, expect, it } from 'vitest';
import { DownloadError } from './download-error.ts';

const SAID = {
  npm: 'npm ci failed (code 1): npm error code EAI_AGAIN\nnpm error syscall getaddrinfo',
  pip: "pip3 download failed (code 1): WARNING: Retrying after connection broken by 'NewConnectionError(x)'\nERROR: No matching distribution",
  apt: "apt-get update failed (code 100): W: Failed to fetch http://deb/InRelease  Could not resolve 'deb'",
  fetch: 'fetch failed',
};

describe('DownloadError', () => {
  it.each(Object.entries(SAID))('says in one sentence that there is no network for %s', (_tool, said) => {
    const { message } = new DownloadError('Thing 1.0', new Error(said));
    expect(message).toMatch(/^Thing 1\.0 could not be fetched: its server does not answer\./);
    expect(message).not.toContain('\n');
  });

  it.each([
    ['npm error code ENOSPC', 'the disk is full'],
    ['dpkg-deb: error: cannot write: No space left on device', 'the disk is full'],
    ['npm error code EINTEGRITY', 'not what is pinned'],
    ['THESE PACKAGES DO NOT MATCH THE HASHES', 'not what is pinned'],
    ['something new\nE: Unable to locate package rabbitmq-server', 'E: Unable to locate package rabbitmq-server'],
  ])('knows %j', (said, reason) => {
    expect(new DownloadError('Thing', said).message).toContain(reason);
  });
});
