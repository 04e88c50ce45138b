import Type from 'typebox';

/** RFC 9457, as every error of a service is answered. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String(),
    code: Type.String(),
    instance: Type.String(),
    trace_id: Type.String(),
  },
  { description: 'RFC 9457 problem details' },
);

/** The error answers of a route, to be spread into its `response` schema. */
export function problemResponses<const Status extends number>(...statuses: Status[]): Record<Status, typeof Problem> {
  return Object.fromEntries(statuses.map((status) => [status, Problem])) as Record<Status, typeof Problem>;
}
