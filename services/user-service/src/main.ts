import { runService } from '@agora/service-kit';
import { readConfig } from './config.ts';
import { startUserService } from './user-service.ts';

await runService(readConfig, startUserService);
