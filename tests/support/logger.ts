import { createLogger, type Logger } from '@agora/telemetry';

export type TestLogger = {
  readonly logger: Logger;
  /** Every line so far, parsed. */
  readonly lines: Record<string, unknown>[];
};

/** A logger that keeps its lines for the test to look at. */
export function createTestLogger(level = 'info'): TestLogger {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    service: 'test',
    level,
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  return { logger, lines };
}

/** For tests that do not look at log lines. */
export const silentLogger: Logger = createLogger({ service: 'test', level: 'silent' });
