import { runService } from '@agora/service-kit';
import { readConfig } from './config.ts';
import { startProductService } from './product-service.ts';

await runService(readConfig, startProductService);
