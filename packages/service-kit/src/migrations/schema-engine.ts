import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { Pool } from 'pg';

type SchemaEngine = Pick<bindings.SchemaEngine, 'applyMigrations' | 'diff'> & { close(): Promise<void> };

/** Prisma's schema engine in its WebAssembly build, connected. The caller closes it. */
export async function openSchemaEngine(options: { databaseUrl: string; schema: string }): Promise<SchemaEngine> {
  await load();
  // One connection: the engine takes an advisory lock of its own, which belongs to a session.
  const pool = new Pool({ connectionString: options.databaseUrl, max: 1, application_name: 'migrate' });
  // A connection that breaks while idle; the query that needs it next reports it.
  pool.on('error', () => {});
  const scripts = new WholeScripts(pool);
  const engine = await bindings.SchemaEngine.new(
    { datamodels: [['schema.prisma', options.schema]] },
    // Its own progress notes hold whole scripts. What fails, it throws.
    () => {},
    bindMigrationAwareSqlAdapterFactory(scripts),
  );
  return {
    applyMigrations: async (input) => {
      try {
        return await engine.applyMigrations(input);
      } catch (error) {
        // The engine's own message names the migration but not what Postgres said.
        const reason = scripts.failure?.message;
        throw reason === undefined ? error : new Error(`${reason}\n${messageOf(error)}`, { cause: scripts.failure });
      }
    },
    diff: (params) => engine.diff(params),
    close: async () => {
      engine.free();
      await pool.end();
    },
  };
}

/**
 * Sends a migration as it is written. The adapter's own way is to cut it at every semicolon, those in comments and
 * function bodies too, and to leave half of it behind when one piece fails; Postgres runs a whole script in one transaction.
 */
class WholeScripts extends PrismaPg {
  failure: Error | undefined;

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(script);
      } catch (error) {
        this.failure = error instanceof Error ? error : new Error(String(error));
        throw error;
      }
    };
    return adapter;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Neither `lib` without the DOM nor Node's types know it.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

let loading: Promise<void> | undefined;

function load(): Promise<void> {
  loading ??= instantiate();
  return loading;
}

// What the package's own entry does, but for importing the .wasm file as a module, which Node cannot yet without a flag.
async function instantiate(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': { ...bindings, ...withoutWaiting(bindings) },
  });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/**
 * The engine bounds the wait for its lock with a timer of ten seconds, and leaves it behind: without this a process that has
 * migrated would live that long.
 */
function withoutWaiting(imports: object): object {
  return Object.fromEntries(
    Object.entries(imports)
      .filter(([name]) => name.startsWith('__wbg_setTimeout_'))
      .map(([name]) => [name, (run: () => void, delayMs: number) => setTimeout(run, delayMs).unref()]),
  );
}
