import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventContract } from './event-contract.ts';
import * as door from './index.ts';

/** What a contract promises, as it is kept in `published/`. */
export type PublishedSchema = {
  readonly type: string;
  readonly version: number;
  readonly exchange: string;
  readonly routingKey: string;
  readonly data: { readonly [keyword: string]: unknown };
};

const DIRECTORY = join(import.meta.dirname, '../published');

/** Every contract the package exports, so that a new one cannot be forgotten. */
export function allContracts(): EventContract[] {
  return Object.values<unknown>(door).filter(isContract);
}

export function readPublished(): PublishedSchema[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(DIRECTORY, name), 'utf8')) as PublishedSchema);
}

export function writePublished(schema: PublishedSchema): void {
  writeFileSync(join(DIRECTORY, `${schema.type}.v${schema.version}.json`), `${JSON.stringify(schema, null, 2)}\n`);
}

/** The contract as plain JSON: what a schema is once the library around it is gone. */
export function schemaOf({ type, version, exchange, routingKey, data }: EventContract): PublishedSchema {
  return JSON.parse(JSON.stringify({ type, version, exchange, routingKey, data }));
}

function isContract(value: unknown): value is EventContract {
  return typeof value === 'object' && value !== null && 'routingKey' in value && 'version' in value;
}
