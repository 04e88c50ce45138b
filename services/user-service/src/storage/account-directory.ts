import type { Pool } from 'pg';
import type { Account } from '../users/user.ts';
import { accountsUnavailable } from '../users/user-errors.ts';
import { type CoalescedLookup, coalesceLookups } from './coalesced-lookup.ts';

/** A request waits for its verification, so the answer comes soon or not at all. */
const DEADLINE_MS = 250;

const byId = {
  name: 'accounts-by-id',
  text: 'SELECT id, email, role FROM users WHERE id = ANY($1::uuid[])',
  // Gives the connection up as well: what hangs is not handed to the next one.
  query_timeout: DEADLINE_MS,
};

/** The accounts as they are now, read with one statement for all requests that wait. Rejects with `accounts_unavailable`. */
export function createAccountDirectory(pool: Pool): CoalescedLookup<Account> {
  return coalesceLookups(
    async (ids) => {
      try {
        const { rows } = await pool.query<Account>({ ...byId, values: [ids] });
        return new Map(rows.map((account) => [account.id, account]));
      } catch (error) {
        throw accountsUnavailable(error);
      }
    },
    { deadlineMs: DEADLINE_MS, late: () => accountsUnavailable(new Error(`no answer in ${DEADLINE_MS} ms`)) },
  );
}
