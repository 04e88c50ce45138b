import { describe, expect, it } from 'vitest';
import { createTestVhost } from './broker.ts';

describe('createTestVhost', () => {
  it('makes a vhost of its own, and takes it away again', async () => {
    const [one, other] = await Promise.all([createTestVhost(), createTestVhost()]);
    expect(one.amqpUrl).not.toBe(other.amqpUrl);
    await expect(one.management('GET', `queues/${one.vhost}`)).resolves.toEqual([]);
    await one.close();
    await expect(other.management('GET', `vhosts/${one.vhost}`)).rejects.toThrow('404');
    await other.close();
  });
});
