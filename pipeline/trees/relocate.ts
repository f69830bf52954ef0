import { parentOf, resolveTarget } from '../formats/member-path.ts';
import type { Node } from './node.ts';

/** Folders of the root that are links into `/usr` in Debian since 2019 (usr-merge); some packages still ship files below them. */
const MERGED = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/**
 * Gives nodes their places: `/lib/x` becomes `/usr/lib/x`. Relative symbolic links of moved nodes are rewritten so that they point to the
 * same thing, at its own new place. A package's own link `/lib -> usr/lib` is left out: a layer declares those (`usrMergeLinks`).
 */
export function relocate(nodes: readonly Node[]): readonly Node[] {
  const placed: Node[] = [];
  for (const node of nodes) {
    if (node.type === 'symlink' && MERGED.includes(node.path)) continue;
    const path = mergedPath(node.path);
    placed.push(node.type === 'symlink' ? { ...node, path, target: newTarget(node, path) } : { ...node, path });
  }
  return placed;
}

/** A path with the usr-merge links of the root followed. */
export function mergedPath(path: string): string {
  const slash = path.indexOf('/');
  const top = slash < 0 ? path : path.slice(0, slash);
  return MERGED.includes(top) ? `usr/${path}` : path;
}

/** Both the link and what it points to may have moved: relative text stays as it is where it still leads there. */
function newTarget(node: Node, path: string): string {
  const text = node.target ?? '';
  const before = resolveTarget(node.path, text);
  if (before === undefined || text.startsWith('/')) return text;
  const wanted = mergedPath(before);
  const now = resolveTarget(path, text);
  if (now !== undefined && mergedPath(now) === wanted) return text;
  return relative(parentOf(path), wanted);
}

function relative(from: string, to: string): string {
  const a = from === '' ? [] : from.split('/');
  const b = to === '' ? [] : to.split('/');
  let common = 0;
  while (common < a.length && common < b.length && a[common] === b[common]) common += 1;
  const steps = [...a.slice(common).map(() => '..'), ...b.slice(common)];
  return steps.length === 0 ? '.' : steps.join('/');
}
