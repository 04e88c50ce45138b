// The Compose one-shot. It runs as it is, without installed packages: whatever it imports is Node's own or beside it.
import { readInspector } from './config.ts';
import { ensureSecrets } from './ensure-secrets.ts';
import { handOutSecrets } from './hand-out-secrets.ts';
import { SERVICES } from './service-table.ts';

const DIRECTORY = '/secrets';
const SERVICE_USER = 10001;
/** `postgres` and `rabbitmq` in the official images. */
const IMAGE_USER = 999;

handOutSecrets(ensureSecrets(`${DIRECTORY}/all`), {
  directory: DIRECTORY,
  inspector: readInspector(),
  owners: {
    ...Object.fromEntries(SERVICES.map((service) => [service, SERVICE_USER])),
    postgres: IMAGE_USER,
    rabbitmq: IMAGE_USER,
  },
});
