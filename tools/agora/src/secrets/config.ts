import type { Inspector } from './broker-definitions.ts';

/** Who may look at dead letters on RabbitMQ's page, from the environment: nobody, unless both name and password are set. */
export function readInspector(env: NodeJS.ProcessEnv = process.env): Inspector | undefined {
  const { RABBITMQ_INSPECTOR_USER: name = '', RABBITMQ_INSPECTOR_PASSWORD: password = '' } = env;
  if ((name === '') !== (password === '')) {
    throw new Error('RABBITMQ_INSPECTOR_USER and RABBITMQ_INSPECTOR_PASSWORD: set both, or neither.');
  }
  return name === '' ? undefined : { name, password };
}
