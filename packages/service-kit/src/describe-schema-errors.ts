import type { ErrorObject } from 'ajv';

const MAX_PROBLEMS = 10;
const MAX_NAME_LENGTH = 40;

/**
 * Ajv's errors as short sentences, one a problem, with the path in front. Says what was expected, never what was sent:
 * a value may be a password.
 */
export function describeSchemaErrors(errors: readonly ErrorObject[], root: string): string[] {
  const telling = errors.filter((error) => !isEcho(error));
  const sentences = new Set((telling.length > 0 ? telling : errors).map((error) => describe(error, errors, root)));
  const all = [...sentences];
  return all.length <= MAX_PROBLEMS
    ? all
    : [...all.slice(0, MAX_PROBLEMS), `and ${all.length - MAX_PROBLEMS} more problems`];
}

/** A union's own error, and its `null` branch, only repeat that the telling branch failed. */
function isEcho({ keyword, params }: ErrorObject): boolean {
  return (
    keyword === 'anyOf' || keyword === 'oneOf' || keyword === 'if' || (keyword === 'type' && params.type === 'null')
  );
}

function describe(error: ErrorObject, errors: readonly ErrorObject[], root: string): string {
  const path = `${root}${error.instancePath}`;
  switch (error.keyword) {
    case 'required':
      return `${path}/${error.params.missingProperty} is required`;
    case 'additionalProperties':
      return `${path}/${printable(error.params.additionalProperty)} is not a known field`;
    case 'const':
      return `${path} must be one of ${allowedValues(error.instancePath, errors)}`;
    case 'enum':
      return `${path} must be one of ${error.params.allowedValues.join(', ')}`;
    default:
      return `${path} ${error.message ?? 'is not valid'}`;
  }
}

function allowedValues(path: string, errors: readonly ErrorObject[]): string {
  return errors
    .filter(({ keyword, instancePath }) => keyword === 'const' && instancePath === path)
    .map(({ params }) => String(params.allowedValue))
    .join(', ');
}

function printable(name: unknown): string {
  const text = String(name).replaceAll(/[^\x21-\x7e]/g, '?');
  return text.length <= MAX_NAME_LENGTH ? text : `${text.slice(0, MAX_NAME_LENGTH)}…`;
}
