import type { TestServers } from './config.ts';

export async function startPrivateServers(): Promise<{ servers: TestServers; stop: () => Promise<void> }> {
  throw new Error('Not yet: set the AGORA_TEST_* variables.');
}
