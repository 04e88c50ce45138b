import type { ProgressEvent, Report } from './progress.ts';

export type ProgressOptions = {
  readonly write: (text: string) => void;
  /** A terminal gets the parts under way on lines that change; anything else one line for each that is done. */
  readonly live: boolean;
  readonly colour: boolean;
};

export type ProgressView = { readonly report: Report; close(): void };

/** Writes progress for a person: done parts with their times, below them those under way. */
export function showProgress({ write, live, colour }: ProgressOptions): ProgressView {
  const underWay = new Map<string, { doing: string; since: number }>();
  let shown = 0;

  const erase = () => {
    if (shown > 0) write(`\u001b[${shown}A\u001b[J`);
    shown = 0;
  };
  const draw = () => {
    if (!live) return;
    for (const [part, { doing, since }] of underWay) {
      write(`  ${paint('…', 33)} ${part.padEnd(18)} ${seconds(performance.now() - since)}  ${doing}\n`);
    }
    shown = underWay.size;
  };
  const paint = (text: string, code: number) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (text: string) => {
    erase();
    write(`${text}\n`);
    draw();
  };
  const ticking = live ? setInterval(() => redraw(), 200) : undefined;
  ticking?.unref();
  const redraw = () => {
    erase();
    draw();
  };

  const report = (event: ProgressEvent) => {
    switch (event.kind) {
      case 'begin':
        underWay.set(event.part, { doing: event.doing, since: performance.now() });
        return redraw();
      case 'doing': {
        const entry = underWay.get(event.part);
        if (entry !== undefined) entry.doing = event.doing;
        return live ? redraw() : line(`  ${paint('…', 33)} ${event.part}: ${event.doing}`);
      }
      case 'end':
        underWay.delete(event.part);
        return line(`  ${paint('✓', 32)} ${event.part.padEnd(18)} ${seconds(event.ms)}${event.detail ?? ''}`);
      case 'failed':
        underWay.delete(event.part);
        return line(`  ${paint('✗', 31)} ${event.part}: ${event.message}`);
      case 'cancelled':
        underWay.delete(event.part);
        return redraw();
      case 'note':
        return line(`  ${event.text}`);
    }
  };
  return {
    report,
    close() {
      clearInterval(ticking);
      erase();
    },
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(5)} s`;
}
