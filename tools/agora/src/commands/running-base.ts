import type { LauncherConfig } from '../config.ts';
import { readRunState } from '../instance/run-state.ts';
import { gatewayUrl } from '../up/shop-summary.ts';

/** The gateway to talk to: the one given, else the running shop's. Throws when it is not a URL, or nothing runs. */
export function runningBase(given: string | undefined, { directory }: LauncherConfig): string {
  if (given !== undefined) {
    if (!URL.canParse(given) || !/^https?:/.test(given))
      throw new Error(`--base ${given} is not a URL: http://host:port`);
    return new URL(given).origin;
  }
  const state = readRunState(directory);
  if (state === undefined) throw new Error(`no shop runs in ${directory}: ./agora up starts one, --base names another`);
  return gatewayUrl(state.ports);
}
