import type { PublishedSchema } from './published-schemas.ts';
import { canonical, forbiddenChanges } from './schema-changes.ts';

export type PublishedCheck = {
  /** Sentences on changes that break somebody. */
  readonly forbidden: string[];
  /** Contracts whose copy is missing, or lacks a field that was allowed to be added. */
  readonly unfrozen: PublishedSchema[];
};

/** Compares the contracts in the code with the copies of what was published. */
export function checkPublished(
  published: readonly PublishedSchema[],
  current: readonly PublishedSchema[],
): PublishedCheck {
  const forbidden: string[] = [];
  const unfrozen: PublishedSchema[] = [];
  for (const before of published) {
    const name = `${before.type} v${before.version}`;
    const after = current.find(({ type, version }) => type === before.type && version === before.version);
    if (after === undefined) {
      forbidden.push(
        `${name} was published and has no contract any more. Messages of it may wait in queues and among dead letters: ` +
          'keep its contract beside the new one, and a consumer for both, until none is left.',
      );
      continue;
    }
    const problems = [
      ...(['exchange', 'routingKey'] as const).flatMap((part) =>
        before[part] === after[part] ? [] : [`${part} was ${before[part]}, now ${after[part]}`],
      ),
      ...forbiddenChanges(before.data, after.data),
    ];
    forbidden.push(
      ...problems.map(
        (problem) =>
          `${name}: ${problem}. Under a published version only optional fields may be added; raise the version.`,
      ),
    );
  }
  for (const schema of current) {
    const copy = published.find(({ type, version }) => type === schema.type && version === schema.version);
    if (copy === undefined || canonical(copy) !== canonical(schema)) unfrozen.push(schema);
  }
  return { forbidden, unfrozen };
}
