import Type, { type Static, type TObject } from 'typebox';

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
  HTTP_PORT: Type.Integer({ minimum: 0, maximum: 65535 }),
  INTERNAL_PORT: Type.Integer({ minimum: 0, maximum: 65535 }),
  OTEL_SERVICE_NAME: Type.String({ minLength: 1 }),
});

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export function loadConfig<T extends TObject>(_schema: T, _env: NodeJS.ProcessEnv): Static<T> {
  throw new Error('not implemented');
}
