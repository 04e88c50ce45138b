import type { ClientBase, QueryResultRow } from 'pg';
import type { Tx } from '../transaction.ts';

// Statement texts are constants in the code. Were one built per call, naming them all would fill the server's memory.
const MAX_PREPARED = 200;
const names = new Map<string, string>();

/** The transaction handlers see: each statement is planned once per connection. */
export function preparedTx(client: ClientBase): Tx {
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      const name = nameOf(text);
      const config = name === undefined ? { text, values: [...values] } : { name, text, values: [...values] };
      const { rows, rowCount } = await client.query<QueryResultRow>(config);
      return { rows: rows as Row[], rowCount };
    },
  };
}

function nameOf(text: string): string | undefined {
  let name = names.get(text);
  if (name === undefined && names.size < MAX_PREPARED) {
    name = `agora_tx_${names.size}`;
    names.set(text, name);
  }
  return name;
}
