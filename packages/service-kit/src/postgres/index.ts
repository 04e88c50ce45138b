export { databaseHealth } from './database-health.ts';
export { openPool, type PoolOptions } from './open-pool.ts';
