import { fileURLToPath } from 'node:url';
import { createTestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type Program, startProgram } from './start-program.ts';

const serviceDirectory = fileURLToPath(new URL('../../services/product-service', import.meta.url));

export type ProductServiceProcess = {
  /** host:port */
  readonly address: string;
  readonly databaseUrl: string;
  stop(): Promise<void>;
  /** Once more, at the same address. */
  start(): Promise<void>;
  close(): Promise<void>;
};

/** The real product-service as a process, with the demo catalogue, on a database of its own. */
export async function startProductService(): Promise<ProductServiceProcess> {
  const database = await createTestDatabase({ serviceDirectory });
  const [http, internal, grpc] = [await freePort(), await freePort(), await freePort()];
  const env = {
    OTEL_SERVICE_NAME: 'product-service',
    HTTP_PORT: String(http),
    INTERNAL_PORT: String(internal),
    GRPC_PORT: String(grpc),
    DATABASE_URL: database.url,
    USER_SERVICE_INTERNAL_URL: 'http://127.0.0.1:1',
  };
  const seed = startProgram(`${serviceDirectory}/src/seed.ts`, env);
  if ((await seed.ended) !== 0) throw new Error(`the catalogue was not seeded: ${seed.stderr()}`);
  let program: Program | undefined;
  const stop = async () => {
    await program?.kill('SIGTERM');
    program = undefined;
  };
  const start = async () => {
    program = startProgram(`${serviceDirectory}/src/main.ts`, env);
    await eventually(async () => (await fetch(`http://127.0.0.1:${internal}/health/ready`)).ok, { timeoutMs: 20_000 });
  };
  await start();
  return {
    address: `127.0.0.1:${grpc}`,
    databaseUrl: database.url,
    start,
    stop,
    async close() {
      await stop();
      await database.close();
    },
  };
}
