type Json = Record<string, unknown>;

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON object that was answered; empty for anything else. */
  readonly body: Json;
  /** The JSON array that was answered; empty for anything else. */
  readonly rows: readonly Json[];
};

export type Call = {
  readonly json?: unknown;
  /** Sent as it is; with `content-type` among the headers. */
  readonly text?: string;
  readonly headers?: Record<string, string>;
};

export function httpClient(base: string) {
  return async (method: string, path: string, { json, text, headers = {} }: Call = {}): Promise<Answer> => {
    const body = json === undefined ? text : JSON.stringify(json);
    const response = await fetch(`${base}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return readAnswer(response);
  };
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  const value: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {},
    rows: Array.isArray(value) ? value : [],
  };
}
