import { describe, expect, it } from 'vitest';
import type { ProgressEvent } from './progress.ts';
import { showProgress } from './show-progress.ts';

const EVENTS: ProgressEvent[] = [
  { kind: 'begin', part: 'rabbitmq', doing: 'starting' },
  { kind: 'begin', part: 'postgres', doing: 'starting' },
  { kind: 'doing', part: 'rabbitmq', doing: 'booting' },
  { kind: 'end', part: 'postgres', ms: 812 },
  { kind: 'note', text: 'port 80 is taken' },
  { kind: 'failed', part: 'rabbitmq', message: 'no Erlang' },
];

function shown(live: boolean): string {
  let text = '';
  const view = showProgress({
    write: (more) => {
      text += more;
    },
    live,
    colour: false,
  });
  EVENTS.forEach(view.report);
  view.close();
  return text;
}

describe('showProgress', () => {
  it('writes a line for what is done and what changes, without control characters', () => {
    expect(shown(false).split('\n')).toEqual([
      '  … rabbitmq: booting',
      '  ✓ postgres             0.8 s',
      '  port 80 is taken',
      '  ✗ rabbitmq: no Erlang',
      '',
    ]);
  });

  it('leaves the same done lines on a terminal, with those under way erased', () => {
    const screen: string[] = [];
    for (const line of shown(true).split('\n')) {
      // `ESC [ n A  ESC [ J`: n lines up, and away with what is below.
      const [before = '', after] = line.split('\u001b[J');
      if (after !== undefined) screen.splice(screen.length - Number.parseInt(before.slice(2), 10));
      screen.push(after ?? before);
    }
    expect(screen.map((line) => line.trim()).filter((line) => line !== '')).toEqual([
      '✓ postgres             0.8 s',
      'port 80 is taken',
      '✗ rabbitmq: no Erlang',
    ]);
  });
});
