import { expect, it } from 'vitest';
import { isConfigurationProblem, problemText } from './connection-problem.ts';

it.each([403, 404, 406, 530])('takes %i for a mistake somebody has to mend', (code) => {
  expect(isConfigurationProblem(Object.assign(new Error('closed'), { code }))).toBe(true);
});

it.each([
  Object.assign(new Error('Connection closed: 320 (CONNECTION-FORCED)'), { code: 320 }),
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  new Error('Heartbeat timeout'),
  new Error('Socket closed abruptly during opening handshake'),
  'a string',
])('takes %s for weather', (error) => {
  expect(isConfigurationProblem(error)).toBe(false);
});

it('shows all addresses that were tried', () => {
  expect(problemText(new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')], ''))).toBe(
    '::1 refused; 127.0.0.1 refused',
  );
});
