/** What happens while a shop starts and runs, for whoever shows it. */
export type ProgressEvent =
  | { readonly kind: 'begin'; readonly part: string; readonly doing: string }
  | { readonly kind: 'doing'; readonly part: string; readonly doing: string }
  | { readonly kind: 'end'; readonly part: string; readonly ms: number; readonly detail?: string }
  | { readonly kind: 'failed'; readonly part: string; readonly message: string }
  /** Ended because something else did. */
  | { readonly kind: 'cancelled'; readonly part: string }
  | { readonly kind: 'note'; readonly text: string };

export type Report = (event: ProgressEvent) => void;

export type Step = { doing(what: string): void };

/** Runs one step of the start and reports when it began, how long it took, and that it failed. */
export async function reported<Result>(
  report: Report,
  part: string,
  doing: string,
  run: (step: Step) => Promise<Result>,
): Promise<Result> {
  const begin = performance.now();
  report({ kind: 'begin', part, doing });
  try {
    const result = await run({ doing: (what) => report({ kind: 'doing', part, doing: what }) });
    report({ kind: 'end', part, ms: performance.now() - begin });
    return result;
  } catch (error) {
    report({ kind: 'failed', part, message: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}
