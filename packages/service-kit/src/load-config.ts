import { readFileSync } from 'node:fs';
import { type Static, type TObject, Type } from 'typebox';
import { coerceScalars } from './coerce-scalars.ts';
import { describeSchemaErrors } from './describe-schema-errors.ts';
import { createSchemaValidator } from './json-schema.ts';

const Port = Type.Integer({ minimum: 0, maximum: 65_535 });

/** What every service reads, to be spread into its own schema: `Type.Object({ ...BaseConfig.properties, … })`. */
export const BaseConfig = Type.Object({
  NODE_ENV: Type.Union([Type.Literal('development'), Type.Literal('test'), Type.Literal('production')], {
    default: 'development',
  }),
  LOG_LEVEL: Type.Union(
    [
      Type.Literal('trace'),
      Type.Literal('debug'),
      Type.Literal('info'),
      Type.Literal('warn'),
      Type.Literal('error'),
      Type.Literal('fatal'),
      Type.Literal('silent'),
    ],
    { default: 'info' },
  ),
  HTTP_HOST: Type.String({ minLength: 1, default: '127.0.0.1' }),
  HTTP_PORT: Port,
  INTERNAL_PORT: Port,
  OTEL_SERVICE_NAME: Type.String({ minLength: 1 }),
});

/** The environment cannot be used. `problems` holds a sentence for each thing that is wrong, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Bad configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** For what a schema cannot say. Gets the text of one variable, answers what is wrong with it (`must …`), or undefined. */
export type ConfigChecks = Readonly<Record<string, (value: string) => string | undefined>>;

/**
 * The configuration in `env`, as the schema describes it. Variables that are not in the schema are left out.
 *
 * - Any variable may come from a file instead: `NAME_FILE` is a path, the value is the file's text without the space
 *   around it. Both set is a problem.
 * - An empty variable counts as absent, because that is what `${NAME:-}` in a compose file makes of one.
 * - Numbers and booleans are read from their plain decimal form, `true` and `false`.
 *
 * @throws ConfigError with every problem at once, those that `checks` found included.
 */
export function loadConfig<T extends TObject>(schema: T, env: NodeJS.ProcessEnv, checks: ConfigChecks = {}): Static<T> {
  const problems: string[] = [];
  const raw: Record<string, string> = {};
  for (const name of Object.keys(schema.properties)) {
    const value = read(name, env, problems);
    if (value !== undefined) raw[name] = value;
  }

  const unreadable = new Set(problems.map((problem) => problem.split(' ', 1)[0]));
  const config = coerceScalars(schema, raw);
  const validate = createSchemaValidator().compile<Static<T>>(schema);
  const isValid = validate(config);
  const schemaProblems = describeSchemaErrors(validate.errors ?? [], '')
    .map((problem) => problem.replace(/^\//, ''))
    .filter((problem) => !unreadable.has(problem.split(' ', 1)[0]));
  problems.push(...schemaProblems);

  for (const [name, check] of Object.entries(checks)) {
    const value = raw[name];
    const problem = value === undefined ? undefined : check(value);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
  }
  if (problems.length > 0 || !isValid) throw new ConfigError(problems);
  return config;
}

function read(name: string, env: NodeJS.ProcessEnv, problems: string[]): string | undefined {
  const value = env[name] === '' ? undefined : env[name];
  const path = env[`${name}_FILE`];
  if (path === undefined || path === '') return value;
  if (value !== undefined) {
    problems.push(`${name} and ${name}_FILE are both set, choose one`);
    return undefined;
  }
  try {
    const content = readFileSync(path, 'utf8').trim();
    if (content !== '') return content;
    problems.push(`${name} cannot be read: the file in ${name}_FILE is empty`);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    problems.push(`${name} cannot be read from the file in ${name}_FILE (${reason})`);
  }
  return undefined;
}
