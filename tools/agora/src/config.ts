import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** What the launcher takes from the environment. Everything else in it only reaches the tools that download. */
export type LauncherConfig = {
  /** Downloads: Node, pnpm, RabbitMQ, Traefik. */
  readonly cacheDirectory: string;
  /** Data, logs and state of one running shop. */
  readonly directory: string;
  /** A broker of the user's own. */
  readonly rabbitmqUrl: string | undefined;
  readonly path: string;
  /** As the user has it: npm, pip and apt find their settings and proxies here. */
  readonly userEnvironment: NodeJS.ProcessEnv;
  readonly isCi: boolean;
  readonly plain: boolean;
};

/** The folder of the checkout. */
export const PROJECT_ROOT = resolve(import.meta.dirname, '../../..');

export function readConfig(env: NodeJS.ProcessEnv = process.env): LauncherConfig {
  const home = env.HOME || homedir();
  return {
    cacheDirectory: join(env.XDG_CACHE_HOME || join(home, '.cache'), 'agora'),
    directory: resolve(env.AGORA_DIRECTORY || join(PROJECT_ROOT, '.agora')),
    rabbitmqUrl: env.RABBITMQ_URL || undefined,
    path: env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    userEnvironment: env,
    isCi: Boolean(env.CI),
    plain: Boolean(env.NO_COLOR) || env.TERM === 'dumb',
  };
}

/** What a person may change for one run: `LOG_LEVEL=debug ./agora up`. The defaults are the development profile's. */
export function readSettings<Name extends string>(
  defaults: Readonly<Record<Name, string>>,
  env: NodeJS.ProcessEnv = process.env,
): Record<Name, string> {
  const entries = Object.entries<string>(defaults).map(([name, value]) => [name, env[name] || value] as const);
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** A small environment for what runs on: nothing of the user's settings changes how a part behaves. */
export function partEnvironment(config: LauncherConfig): NodeJS.ProcessEnv {
  const kept = ['HOME', 'TMPDIR', 'TZ', 'USER', 'LOGNAME'];
  const copied = kept.flatMap((name) => {
    const value = config.userEnvironment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(copied), PATH: config.path, LANG: 'C.UTF-8' };
}
