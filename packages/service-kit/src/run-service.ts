import { createLogger, type Logger } from '@agora/telemetry';
import closeWithGrace from 'close-with-grace';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { ConfigError } from './load-config.ts';

/** sysexits.h: EX_CONFIG. */
const EXIT_BAD_CONFIGURATION = 78;
/** The lifecycle keeps its own deadline of 25 s; this one ends a process whose deadline could not run. */
const KILL_AFTER_MS = 28_000;

export type ServiceContext = { readonly lifecycle: Lifecycle; readonly logger: Logger };

/**
 * A service's whole process: configuration, logger, start, and a clean end.
 *
 * Bad configuration is printed, all of it, and ends the process with 78 before anything is opened. A start that fails is one
 * log line, closes what was opened, and ends with 1. SIGTERM and SIGINT close everything in reverse order within 25 s and end
 * with 0; a second signal ends at once. An uncaught error closes everything as well, and ends with 1.
 *
 * Resolves when the service is up.
 */
export async function runService<C extends { OTEL_SERVICE_NAME: string; LOG_LEVEL: string }>(
  readConfig: () => C,
  start: (config: C, context: ServiceContext) => Promise<unknown>,
): Promise<void> {
  const config = configOrExit(readConfig);
  const logger = createLogger({ service: config.OTEL_SERVICE_NAME, level: config.LOG_LEVEL });
  const lifecycle = createLifecycle(logger);

  closeWithGrace({ delay: KILL_AFTER_MS, logger: forCloseWithGrace(logger) }, async ({ err, signal }) => {
    if (err !== undefined) logger.fatal({ err }, 'uncaught error');
    else logger.info({ signal }, 'stopping');
    await lifecycle.stop();
    logger.info('stopped');
  });

  try {
    await start(config, { lifecycle, logger });
    if (lifecycle.isStopping) return;
    logger.info({ ms: Math.round(performance.now()) }, 'started');
  } catch (error) {
    if (lifecycle.isStopping) return;
    logger.fatal({ err: error }, 'start failed');
    await lifecycle.stop().catch(() => {});
    process.exit(1);
  }
}

function configOrExit<C>(readConfig: () => C): C {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_BAD_CONFIGURATION);
  }
}

function forCloseWithGrace(logger: Logger): closeWithGrace.Logger {
  return {
    error: (error) => {
      if (error instanceof Error) logger.error({ err: error }, 'stopped with failures');
      else logger.error(String(error));
    },
  };
}
