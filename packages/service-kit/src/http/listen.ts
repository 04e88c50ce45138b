import type { Lifecycle } from '../lifecycle.ts';
import type { HttpApp } from './http-app.ts';

export async function listen(
  _app: HttpApp,
  _lifecycle: Lifecycle,
  _at: { host: string; port: number },
): Promise<{ port: number }> {
  throw new Error('not implemented');
}
