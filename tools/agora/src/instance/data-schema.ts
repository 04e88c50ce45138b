import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Raised when what lies in `.agora/` is laid out in a way that an older launcher would not understand, or the other way round. */
const DATA_SCHEMA = 1;

export class WrongDataSchemaError extends Error {}

/** Makes the folder, or makes sure that its data is of the kind this launcher writes. */
export function checkDataSchema(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'schema');
  if (existsSync(file)) {
    const found = readFileSync(file, 'utf8').trim();
    if (found !== String(DATA_SCHEMA)) throw new WrongDataSchemaError(sentence(directory, `schema ${found}`));
    return;
  }
  if (existsSync(join(directory, 'postgres'))) throw new WrongDataSchemaError(sentence(directory, 'no schema'));
  writeFileSync(file, `${DATA_SCHEMA}\n`);
}

function sentence(directory: string, found: string): string {
  return (
    `the data in ${directory} is of another version of agora (${found}, this one writes schema ${DATA_SCHEMA}): ` +
    'start over with ./agora up --fresh, which deletes it, or go back to that version'
  );
}
