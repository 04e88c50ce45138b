import { readdirSync, readFileSync } from 'node:fs';

/**
 * Memory of a process and its descendants in bytes, shared pages counted in proportion (Pss), so that the parts add up.
 * Undefined where the system does not tell (not Linux, or another user's process).
 */
export function proportionalMemory(pids: readonly number[]): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const children = childrenByParent();
  const all = new Set<number>();
  const add = (pid: number) => {
    if (all.has(pid)) return;
    all.add(pid);
    for (const child of children.get(pid) ?? []) add(child);
  };
  pids.forEach(add);
  let sum = 0;
  for (const pid of all) {
    const pss = pssOf(pid);
    if (pss === undefined && pids.includes(pid)) return undefined;
    sum += pss ?? 0;
  }
  return sum;
}

function pssOf(pid: number): number | undefined {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // Ended while we looked.
    }
  }
  return children;
}
