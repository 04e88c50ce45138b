import { BaseConfig, loadConfig, runService } from '@agora/service-kit';
import { Type } from 'typebox';
import { environment } from './config.ts';

/** A service without a subject, for `run-service.test.ts`. */
const Config = Type.Object({ ...BaseConfig.properties, BEHAVIOUR: Type.String({ default: 'behave' }) });

await runService(
  () => loadConfig(Config, environment),
  async ({ BEHAVIOUR }, { lifecycle, logger }) => {
    logger.info('database opened');
    const keepAlive = setInterval(() => {}, 1_000);
    lifecycle.onStop('database', () => {
      clearInterval(keepAlive);
      logger.info('database closed');
    });
    if (BEHAVIOUR === 'fail-to-start') {
      throw Object.assign(new Error('the database cannot be reached'), { code: 'ECONNREFUSED' });
    }
    if (BEHAVIOUR === 'hang-in-start') await new Promise(() => {});
    lifecycle.onStop('broker', async () => {
      if (BEHAVIOUR === 'fail-to-close') throw new Error('the broker is gone');
      if (BEHAVIOUR === 'hang-in-stop') await new Promise(() => {});
      logger.info('broker closed');
    });
    if (BEHAVIOUR === 'break-later') setImmediate(() => Promise.reject(new Error('nobody caught this')));
  },
);
