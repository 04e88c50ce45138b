import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

export type WatchOptions = {
  readonly folders: readonly string[];
  /** Called once for a burst of changes. */
  readonly onChange: (files: readonly string[]) => void;
  /** How long it must be quiet before a burst is over: an editor writes a file in several steps. */
  readonly quietMs?: number;
};

/** Watches folders with everything below them. The caller closes it. */
export function watchSources({ folders, onChange, quietMs = 60 }: WatchOptions): { close(): void } {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    const files = [...changed];
    changed.clear();
    onChange(files);
  };
  const watchers: FSWatcher[] = folders.map((folder) =>
    watch(folder, { recursive: true }, (_event, name) => {
      if (name === null || !isSource(name)) return;
      changed.add(join(folder, name));
      clearTimeout(timer);
      timer = setTimeout(flush, quietMs);
    }),
  );
  return {
    close() {
      clearTimeout(timer);
      for (const each of watchers) each.close();
    },
  };
}

/** Tests change nothing that runs; dot files and `~` are what editors leave. */
export function isSource(name: string): boolean {
  const file = name.split('/').at(-1) ?? '';
  return /\.(ts|json|proto|sql)$/.test(file) && !file.endsWith('.test.ts') && !file.startsWith('.');
}
