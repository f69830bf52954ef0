import { ancestorsOf } from '../../formats/member-path.ts';
import { Globs } from '../../trees/glob.ts';
import type { Node } from '../../trees/node.ts';

/** What stays whatever `keep` and `drop` say: who may copy a file must be readable where the file is. */
const COPYRIGHT = /^usr\/share\/doc\/[^/]+\/copyright$/;
/** Packages of one source share their folder by a link. */
const DOC_LINK = /^usr\/share\/doc\/[^/]+$/;

/**
 * The nodes that `keep` names (all where it is empty) and `drop` does not, copyright files, and the folders above all these.
 */
export function filterNodes(
  nodes: readonly Node[],
  { keep, drop }: { readonly keep: readonly string[]; readonly drop: readonly string[] },
): readonly Node[] {
  const kept = new Globs(keep);
  const dropped = new Globs(drop);
  const stays = (node: Node): boolean =>
    COPYRIGHT.test(node.path) ||
    (node.type === 'symlink' && DOC_LINK.test(node.path)) ||
    ((keep.length === 0 || kept.matches(node.path)) && !dropped.matches(node.path));
  const chosen = nodes.filter(stays);
  const folders = new Set(chosen.flatMap((node) => ancestorsOf(node.path)));
  const ids = new Set(chosen);
  return nodes.filter(
    (node) => ids.has(node) || (node.type === 'directory' && (node.path === '' || folders.has(node.path))),
  );
}
