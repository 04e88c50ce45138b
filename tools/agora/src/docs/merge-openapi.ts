type Described = {
  readonly paths?: Record<string, unknown>;
  readonly components?: Record<string, Record<string, unknown>>;
};

const DESCRIPTION = [
  'What the gateway offers. What a service refuses is application/problem+json (RFC 9457) with a stable `code`; what the gateway',
  'itself answers (404, 413, 429, 500 and 502 to 504) is plain text. Every path works with and without its trailing slash.',
  'Every answer of a service carries X-Request-Id: the one sent, when it is 8 to 64 letters, digits or dashes, else a new one.',
].join(' ');

/** One document of all services. Throws when two services describe the same path, or the same component differently. */
export function mergeOpenApi(documents: readonly object[]): object {
  const paths: Record<string, unknown> = {};
  const components: Record<string, Record<string, unknown>> = {};
  for (const { paths: ownPaths = {}, components: ownComponents = {} } of documents as readonly Described[]) {
    for (const [path, item] of Object.entries(ownPaths)) add(paths, path, item);
    for (const [kind, named] of Object.entries(ownComponents)) {
      components[kind] ??= {};
      for (const [name, component] of Object.entries(named)) add(components[kind], name, component);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Agora', version: '1.0.0', description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: 'http://localhost' }],
    paths: Object.fromEntries(Object.entries(paths).sort(([one], [other]) => one.localeCompare(other, 'en'))),
    components,
  };
}

function add(into: Record<string, unknown>, name: string, value: unknown): void {
  if (name in into && JSON.stringify(into[name]) !== JSON.stringify(value)) {
    throw new Error(`${name} is described twice, and differently`);
  }
  into[name] = value;
}
