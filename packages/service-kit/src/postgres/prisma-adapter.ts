import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';

/** As many texts as services have queries, several times over; a bound all the same. */
const MAX_STATEMENTS = 500;

/**
 * Lets a Prisma client use the pool, with prepared statements: each text is parsed and planned once a connection.
 * Disconnecting the client does not end the pool.
 */
export function prismaAdapter(pool: Pool): PrismaPg {
  const names = new Map<string, string>();
  return new PrismaPg(pool, {
    statementNameGenerator: ({ sql }) => {
      const known = names.get(sql);
      if (known !== undefined) return known;
      // pg takes an empty name for an unnamed statement.
      if (names.size >= MAX_STATEMENTS) return '';
      const name = `prisma_${names.size}`;
      names.set(sql, name);
      return name;
    },
  });
}
