import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';

/**
 * The validator behind configuration and HTTP input: strict about schemas and about values. It converts nothing;
 * text is made into numbers before it, by `coerceScalars`.
 */
export function createSchemaValidator(options: Pick<Options, 'removeAdditional'> = {}): Ajv {
  const ajv = new Ajv({
    strict: true,
    // TypeBox writes `const` and `anyOf` without a type beside them.
    strictTypes: false,
    allErrors: true,
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: true,
    ...options,
  });
  addFormats.default(ajv);
  return ajv;
}
