import { runService } from '@agora/service-kit';
import { readConfig } from './config.ts';
import { startInventoryService } from './inventory-service.ts';

await runService(readConfig, startInventoryService);
