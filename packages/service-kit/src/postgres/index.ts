export { databaseHealth } from './database-health.ts';
export { openPool, type PoolOptions } from './open-pool.ts';
export { prismaAdapter } from './prisma-adapter.ts';
