import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { enterRequestContext, runInRequestContext } from './request-context.ts';

function setup(level = 'info') {
  const lines: Record<string, unknown>[] = [];
  const raw: string[] = [];
  const destination = {
    write: (line: string) => {
      raw.push(line);
      lines.push(JSON.parse(line));
    },
  };
  return { logger: createLogger({ service: 'order-service', level, destination }), lines, raw };
}

describe('a log line', () => {
  it('is one line of JSON: when, how bad, who, what', () => {
    const { logger, lines, raw } = setup();
    logger.info({ orderId: 'o1' }, 'order placed\nin two lines');
    expect(raw).toHaveLength(1);
    expect(raw[0]?.trimEnd()).not.toContain('\n');
    expect(lines[0]).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'order-service',
      orderId: 'o1',
      msg: 'order placed\nin two lines',
    });
  });

  it('below the level is not written', () => {
    const { logger, lines } = setup('warn');
    logger.info('quiet');
    logger.warn('loud');
    expect(lines).toMatchObject([{ level: 'warn', msg: 'loud' }]);
  });

  it('inside a request carries its id, across await and in child loggers', async () => {
    const { logger, lines } = setup();
    await runInRequestContext({ requestId: 'request-1' }, async () => {
      logger.info('first');
      await new Promise(setImmediate);
      logger.child({ part: 'relay' }).info('second');
    });
    logger.info('outside');
    expect(lines).toMatchObject([
      { request_id: 'request-1' },
      { request_id: 'request-1', part: 'relay' },
      { msg: 'outside' },
    ]);
    expect(lines[2]).not.toHaveProperty('request_id');
  });

  it('of work that entered a request stays in it, and others stay out of it', async () => {
    const { logger, lines } = setup();
    const work = async (requestId: string) => {
      enterRequestContext({ requestId });
      await new Promise(setImmediate);
      logger.info(requestId);
    };
    await Promise.all(['a', 'b', 'c'].map((id) => runInRequestContext({ requestId: 'none' }, () => work(id))));
    expect(lines.map(({ request_id, msg }) => [request_id, msg])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ]);
  });
});

describe('an error', () => {
  it('is written by what helps, without what drivers hang on it', () => {
    const { logger, lines, raw } = setup();
    const error = Object.assign(new Error('duplicate key value violates unique constraint "users_email_key"'), {
      code: '23505',
      detail: 'Key (email)=(bob@x.io) already exists.',
      config: { headers: { authorization: 'Bearer secret' } },
    });
    logger.error({ err: error }, 'query failed');
    expect(lines[0]?.err).toEqual({ type: 'Error', message: error.message, code: '23505', stack: error.stack });
    expect(raw[0]).not.toMatch(/bob@x\.io|secret/);
  });

  it('is written with its cause, and one that is its own cause with a few', () => {
    const { logger, lines } = setup();
    logger.error({
      err: new Error('cannot place', {
        cause: Object.assign(new TypeError('no connection'), { code: 'ECONNREFUSED' }),
      }),
    });
    expect(lines[0]?.err).toMatchObject({
      message: 'cannot place',
      cause: { type: 'TypeError', code: 'ECONNREFUSED' },
    });
    const circular = new Error('round');
    circular.cause = circular;
    logger.error({ err: circular });
    expect(lines[1]?.err).toMatchObject({ message: 'round', cause: { message: 'round' } });
  });

  it('that is no error is named by its type alone', () => {
    const { logger, lines } = setup();
    logger.error({ err: { password: 'hunter2' } }, 'odd');
    expect(lines[0]?.err).toEqual({ type: 'object' });
  });

  it('given as the only argument passes the same way', () => {
    const { logger, lines } = setup();
    logger.error(Object.assign(new Error('broken'), { detail: 'Key (email)=(bob@x.io)' }));
    expect(lines[0]).toMatchObject({ msg: 'broken', err: { message: 'broken' } });
    expect(JSON.stringify(lines[0])).not.toContain('bob');
  });
});
