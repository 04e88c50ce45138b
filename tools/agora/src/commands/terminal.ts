import type { LauncherConfig } from '../config.ts';
import { type ProgressView, showProgress } from '../up/show-progress.ts';

/** Progress on this terminal, as it can show it. */
export function terminalProgress(config: LauncherConfig): ProgressView {
  const live = process.stdout.isTTY === true && !config.plain && !config.isCi;
  return showProgress({ write: (text) => process.stdout.write(text), live, colour: live });
}
