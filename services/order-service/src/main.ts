import { runService } from '@agora/service-kit';
import { readConfig } from './config.ts';
import { startOrderService } from './order-service.ts';

await runService(readConfig, startOrderService);
