import type { Failure } from '../../core/failure.ts';
import { parentOf } from '../../formats/member-path.ts';
import { Globs } from '../../trees/glob.ts';
import type { Node } from '../../trees/node.ts';
import { linkDangles } from './messages.ts';
import { followed } from './stack.ts';

/** Folders whose contents exist only while the system runs. */
const RUNTIME = /^\/?(?:dev|proc|run|sys)(?:\/|$)/;

/** Symbolic links that lead nowhere and are not allowed to, as sentences. */
export function danglingLinks(nodes: ReadonlyMap<string, Node>, allowed: readonly string[]): readonly Failure[] {
  const lenient = new Globs(allowed);
  const problems: Failure[] = [];
  for (const node of nodes.values()) {
    if (node.type !== 'symlink' || lenient.matches(node.path) || followed(nodes, node.path)) continue;
    if (leadsToRuntime(nodes, node)) continue;
    problems.push(linkDangles(node, node.target ?? ''));
  }
  return problems;
}

function leadsToRuntime(nodes: ReadonlyMap<string, Node>, node: Node): boolean {
  const target = node.target ?? '';
  if (target.startsWith('/')) return RUNTIME.test(target);
  // `../run/lock` and the like.
  const parts = parentOf(node.path)
    .split('/')
    .filter((part) => part !== '');
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const path = parts.join('/');
  const first = nodes.get(parts.slice(0, 2).join('/'));
  return (
    RUNTIME.test(path) || (first?.type === 'symlink' && RUNTIME.test(first.target?.replace(/^(?:\.\.\/)+/, '') ?? ''))
  );
}
