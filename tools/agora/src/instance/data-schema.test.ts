import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDataSchema, WrongDataSchemaError } from './data-schema.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-schema-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('checkDataSchema', () => {
  it('marks a new folder, and takes it the next time', () => {
    checkDataSchema(folder);
    mkdirSync(join(folder, 'postgres'));
    expect(() => checkDataSchema(folder)).not.toThrow();
  });

  it('refuses data of another schema, and names the way out', () => {
    writeFileSync(join(folder, 'schema'), '0\n');
    expect(() => checkDataSchema(folder)).toThrow(WrongDataSchemaError);
    expect(() => checkDataSchema(folder)).toThrow('./agora up --fresh');
  });

  it('refuses data from before there was a schema', () => {
    mkdirSync(join(folder, 'postgres'));
    expect(() => checkDataSchema(folder)).toThrow('no schema');
  });
});
