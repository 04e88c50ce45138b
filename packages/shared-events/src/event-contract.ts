import type { Static, TObject } from 'typebox';

/** What publisher and consumer agree on for one type of event. Frozen for ever once published, see `published/`. */
export type EventContract<Type extends string = string, Data extends TObject = TObject> = {
  /** CloudEvents `type` and AMQP `type`: a fact in the past tense. */
  readonly type: Type;
  /** Major version. Another number is refused by consumers (UNSUPPORTED_VERSION), so raise it only for a break. */
  readonly version: number;
  readonly exchange: string;
  readonly routingKey: string;
  /** Schema of `data`. Unknown fields are tolerated: a newer publisher may add some. */
  readonly data: Data;
};

/** The data of a contract's events, derived from its schema. */
export type EventData<Contract extends EventContract> = Static<Contract['data']>;

/** CloudEvents `dataschema` of a contract: names type and version, is not fetched by anybody. */
export function dataSchemaOf(contract: Pick<EventContract, 'type' | 'version'>): string {
  return `urn:agora:event:${contract.type}:v${contract.version}`;
}
