import { prismaAdapter } from '@agora/service-kit/postgres';
import type { Pool } from 'pg';
import { PrismaClient } from './generated/client.ts';

/** The Prisma client on a pool of ours: ending the pool is what closes it. */
export function createPrisma(pool: Pool): PrismaClient {
  return new PrismaClient({ adapter: prismaAdapter(pool) });
}
