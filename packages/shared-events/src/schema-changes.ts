type Schema = { readonly [keyword: string]: unknown };

// Words for people; they decide about no message.
const ANNOTATIONS = new Set(['title', 'description', 'examples', '$comment', '$id', 'default']);

/**
 * What forbids replacing a published schema by another under the same version. Publisher and consumer are deployed one after
 * the other, and old messages wait in queues: each must read what the other has written, so all that may be added is an
 * optional field. Anything else is a new version. Empty when the change is allowed.
 */
export function forbiddenChanges(published: Schema, current: Schema, path = 'data'): string[] {
  const problems: string[] = [];
  const keywords = new Set([...Object.keys(published), ...Object.keys(current)]);
  for (const keyword of keywords) {
    if (ANNOTATIONS.has(keyword)) continue;
    const [before, after] = [published[keyword], current[keyword]];
    if (keyword === 'properties') problems.push(...propertyChanges(asSchema(before), asSchema(after), path));
    else if (keyword === 'required') problems.push(...requiredChanges(asNames(before), asNames(after), path));
    else if (keyword === 'items' && before !== undefined && after !== undefined) {
      problems.push(...forbiddenChanges(asSchema(before), asSchema(after), `${path}[]`));
    } else if (canonical(before) !== canonical(after)) {
      problems.push(`${path}: ${keyword} was ${shown(before)}, now ${shown(after)}`);
    }
  }
  return problems;
}

function propertyChanges(before: Schema, after: Schema, path: string): string[] {
  return Object.entries(before).flatMap(([name, schema]) =>
    after[name] === undefined
      ? [`${path}.${name} was removed: readers of the published schema ask for it or use it`]
      : forbiddenChanges(asSchema(schema), asSchema(after[name]), `${path}.${name}`),
  );
}

function requiredChanges(before: readonly string[], after: readonly string[], path: string): string[] {
  const added = after.filter((name) => !before.includes(name));
  const dropped = before.filter((name) => !after.includes(name));
  return [
    ...added.map((name) => `${path}.${name} is required now: messages published before do not have it`),
    ...dropped.map(
      (name) => `${path}.${name} is optional now: readers of the published schema refuse messages without it`,
    ),
  ];
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}

function asNames(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

/** Equal for equal schemas, whatever the order of their keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
