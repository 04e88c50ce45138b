import { checkPublished } from './check-published.ts';
import { allContracts, readPublished, schemaOf, writePublished } from './published-schemas.ts';

// Writes the copies of new versions and of allowed additions. It never overwrites a copy with a change that breaks somebody.
const { forbidden, unfrozen } = checkPublished(readPublished(), allContracts().map(schemaOf));
if (forbidden.length > 0) {
  process.stderr.write(`${forbidden.join('\n')}\n`);
  process.exitCode = 1;
} else {
  for (const schema of unfrozen) {
    writePublished(schema);
    process.stdout.write(`frozen: ${schema.type} v${schema.version}\n`);
  }
}
