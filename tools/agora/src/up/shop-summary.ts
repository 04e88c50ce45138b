import { INSPECTOR, type Ports } from '../services.ts';
import type { Admin } from './prepare-database.ts';

export type SummaryOptions = {
  readonly ports: Ports;
  readonly externalBroker: boolean;
  readonly admin?: Admin | undefined;
  readonly seconds?: number;
};

export function gatewayUrl(ports: Ports): string {
  return ports.gateway === 80 ? 'http://localhost' : `http://localhost:${ports.gateway}`;
}

/** Addresses and logins, as `up` and `status` print them. */
export function urlTable({ ports, externalBroker, admin }: SummaryOptions): string {
  const rows: [string, string, string][] = [
    ['gateway', gatewayUrl(ports), 'sign up, as in the tour'],
    ...(externalBroker
      ? []
      : ([
          [
            'RabbitMQ management',
            `http://localhost:${ports['rabbitmq-management']}`,
            `${INSPECTOR.name} / ${INSPECTOR.password} (reads the dead-letter queues)`,
          ],
        ] satisfies [string, string, string][])),
    ['Traefik dashboard', `http://localhost:${ports['gateway-dashboard']}`, 'none'],
  ];
  const lines = rows.map(([what, url, login]) => `  ${what.padEnd(20)} ${url.padEnd(24)} ${login}`);
  if (admin !== undefined) {
    lines.push(`  admin                ${admin.email} password ${admin.password}   (shown once: write it down)`);
  }
  return lines.join('\n');
}

/** The README's tour with the port that the gateway got. */
export function tour(ports: Ports): string {
  const base = gatewayUrl(ports);
  const json = "-H 'content-type: application/json'";
  const token = '-H "Authorization: Bearer $TOKEN"';
  return [
    `curl -X POST ${base}/auth/signup ${json} -d '{"name":"alice","email":"a@b.com","password":"hunter2"}'`,
    `TOKEN=$(curl -s -X POST ${base}/auth/login ${json} -d '{"email":"a@b.com","password":"hunter2"}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `curl ${base}/users/ ${token}`,
    `curl -X POST '${base}/orders/?product_id=99' ${token}`,
    `curl ${base}/inventory/99 ${token}      # the stock has dropped`,
  ].join('\n');
}

export function summary(options: SummaryOptions): string {
  const time = options.seconds === undefined ? '' : ` in ${options.seconds.toFixed(1)} s`;
  return `The shop runs${time}.\n\n${urlTable(options)}\n\nThe tour, ready to paste:\n\n${tour(options.ports)}\n`;
}
