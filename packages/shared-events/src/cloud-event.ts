import { Ajv, type ValidateFunction } from 'ajv';
import { type Static, Type } from 'typebox';
import { v7 as uuidv7 } from 'uuid';
import { dataSchemaOf, type EventContract, type EventData } from './event-contract.ts';
import { EventId } from './event-fields.ts';

/** The most a serialized event may take, in bytes. Checked at the outbox too: a larger row would fail in the broker for ever. */
export const MAX_EVENT_BYTES = 262_144;

/** CloudEvents 1.0, structured mode. Extension names are lower case, as the specification wants them. */
const CloudEventSchema = Type.Object({
  specversion: Type.Literal('1.0'),
  id: EventId,
  source: Type.String({ minLength: 1, maxLength: 128 }),
  type: Type.String({ minLength: 1, maxLength: 128 }),
  subject: Type.String({ minLength: 1, maxLength: 128 }),
  time: Type.String({ minLength: 20, maxLength: 40 }),
  datacontenttype: Type.Literal('application/json'),
  dataschema: Type.String({ minLength: 1, maxLength: 256 }),
  aggregateversion: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  correlationid: Type.Optional(Type.String({ maxLength: 128 })),
  causationid: Type.Optional(Type.String({ maxLength: 128 })),
  data: Type.Unknown(),
});

export type CloudEvent<Data = unknown> = Omit<Static<typeof CloudEventSchema>, 'data'> & { readonly data: Data };

export type NewEvent<Contract extends EventContract> = {
  /** The publisher, as a path: `/order-service`. */
  readonly source: string;
  /** Id of the aggregate the fact is about; events of one subject are published in order. */
  readonly subject: string;
  readonly aggregateVersion: number;
  readonly data: EventData<Contract>;
  readonly correlationId?: string;
  /** Id of the event that caused this one. */
  readonly causationId?: string;
};

/** Builds an event and checks it against its contract, so that nothing invalid reaches the outbox. Throws an Error naming every problem. */
export function newEvent<Contract extends EventContract>(
  contract: Contract,
  event: NewEvent<Contract>,
): CloudEvent<EventData<Contract>> {
  const validate = validatorOf(contract);
  if (!validate(event.data)) throw new Error(`${contract.type}: ${problemsOf(validate)}`);
  return {
    specversion: '1.0',
    id: uuidv7(),
    source: event.source,
    type: contract.type,
    subject: event.subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(contract),
    aggregateversion: event.aggregateVersion,
    ...(event.correlationId === undefined ? {} : { correlationid: event.correlationId }),
    ...(event.causationId === undefined ? {} : { causationid: event.causationId }),
    data: event.data,
  };
}

/** Why an event can never be processed; written to the dead letter as `x-dead-reason`. */
export type DeadReason = 'TOO_LARGE' | 'NOT_JSON' | 'SCHEMA_INVALID' | 'UNKNOWN_TYPE' | 'UNSUPPORTED_VERSION';

export type ParsedEvent<Contract extends EventContract = EventContract> =
  | { readonly ok: true; readonly contract: Contract; readonly event: CloudEvent<EventData<Contract>> }
  | { readonly ok: false; readonly reason: DeadReason; readonly detail: string };

const ajv = new Ajv({ allErrors: true, strict: false });
const validateEnvelope = ajv.compile(CloudEventSchema);
const validators = new WeakMap<EventContract, ValidateFunction>();

function validatorOf(contract: EventContract): ValidateFunction {
  let validate = validators.get(contract);
  if (validate === undefined) {
    validate = ajv.compile(contract.data);
    validators.set(contract, validate);
  }
  return validate;
}

/** Reads a message body against the contracts a consumer knows. Never throws: what is wrong comes back as a reason. */
export function parseEvent<Contract extends EventContract>(
  body: Buffer,
  contracts: readonly Contract[],
): ParsedEvent<Contract> {
  if (body.length > MAX_EVENT_BYTES)
    return { ok: false, reason: 'TOO_LARGE', detail: `${body.length} bytes, at most ${MAX_EVENT_BYTES}` };
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return { ok: false, reason: 'NOT_JSON', detail: 'the body is not JSON' };
  }
  if (!validateEnvelope(value)) return { ok: false, reason: 'SCHEMA_INVALID', detail: problemsOf(validateEnvelope) };
  const event = value as CloudEvent;
  const ofType = contracts.filter(({ type }) => type === event.type);
  if (ofType.length === 0) return { ok: false, reason: 'UNKNOWN_TYPE', detail: `no consumer here for ${event.type}` };
  const contract = ofType.find((one) => dataSchemaOf(one) === event.dataschema);
  if (contract === undefined) {
    const readable = ofType.map(dataSchemaOf).join(', ');
    return { ok: false, reason: 'UNSUPPORTED_VERSION', detail: `${event.dataschema}, this consumer reads ${readable}` };
  }
  const validate = validatorOf(contract);
  if (!validate(event.data)) return { ok: false, reason: 'SCHEMA_INVALID', detail: `data ${problemsOf(validate)}` };
  return { ok: true, contract, event: event as CloudEvent<EventData<Contract>> };
}

function problemsOf(validate: ValidateFunction): string {
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`).join('; ');
}
