import { parentOf } from '../../formats/member-path.ts';
import { Globs } from '../../trees/glob.ts';
import type { Node } from '../../trees/node.ts';
import { followed } from './stack.ts';

/** Folders whose contents exist only while the system runs. */
const RUNTIME = /^\/?(?:dev|proc|run|sys)(?:\/|$)/;

/** Symbolic links that lead nowhere and are not allowed to, as sentences. */
export function danglingLinks(nodes: ReadonlyMap<string, Node>, allowed: readonly string[]): readonly string[] {
  const lenient = new Globs(allowed);
  const problems: string[] = [];
  for (const node of nodes.values()) {
    if (node.type !== 'symlink' || lenient.matches(node.path) || followed(nodes, node.path)) continue;
    if (leadsToRuntime(nodes, node)) continue;
    problems.push(`/${node.path} of ${node.owner} is a link to ${node.target}, which the tree does not have.`);
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
