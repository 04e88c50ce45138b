import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SERVICES } from '../secrets/service-table.ts';
import { mergeOpenApi } from './merge-openapi.ts';

/** Where the merged document is kept, from the project's root. */
export const OPENAPI_FILE = 'docs/openapi.json';

/** The merged OpenAPI document, made from the route schemas of the services as they are on disk. Starts nothing. */
export async function describeShop(root: string): Promise<object> {
  const documents = await Promise.all(
    SERVICES.map(async (service) => {
      // By path: the launcher reads what a service says of itself, no package depends on a service.
      const module = await import(pathToFileURL(join(root, 'services', service, 'src/http/openapi.ts')).href);
      return (await module.describeHttpApi()) as object;
    }),
  );
  return mergeOpenApi(documents);
}

/** As it is written to `OPENAPI_FILE`. */
export async function openApiText(root: string): Promise<string> {
  return `${JSON.stringify(await describeShop(root), undefined, 2)}\n`;
}
