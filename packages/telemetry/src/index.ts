export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export {
  currentRequestContext,
  enterRequestContext,
  type RequestContext,
  runInRequestContext,
} from './request-context.ts';
