import { BuildError } from '../core/failure.ts';
import { ancestorsOf, resolveTarget } from '../formats/member-path.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import { type IndexedEntry, indexTar } from '../formats/tar-index.ts';
import * as messages from './messages.ts';
import type { Content, Node } from './node.ts';

/**
 * The nodes of a tar. Refuses (`wrong-bytes`, naming `what`) everything that could mean different things to different readers
 * or leave the tree: one path twice, a member below something that is no folder (a file put through a symbolic link), a hard link to
 * anything but an earlier file, a symbolic link that climbs above the root.
 */
export function nodesOf(source: RandomAccess, what: string, owner: string = what): readonly Node[] {
  const entries = indexTar(source, what);
  const seen = new Map<
    string,
    { readonly entry: IndexedEntry; readonly content: Content | undefined; readonly node: Node }
  >();
  const nodes: Node[] = [];
  for (const entry of entries) {
    const { path } = entry;
    const before = seen.get(path);
    if (
      before &&
      !(before.entry.type === 'directory' && entry.type === 'directory' && sameFolder(before.entry, entry))
    ) {
      throw new BuildError(messages.memberTwice(what, path));
    }
    if (before) continue;
    const node = toNode(entry, {
      source,
      what,
      owner,
      linked: entry.type === 'link' ? seen.get(entry.target ?? '')?.node : undefined,
    });
    seen.set(path, { entry, content: node.content, node });
    nodes.push(node);
  }
  for (const { path } of nodes) {
    for (const above of ancestorsOf(path)) {
      const parent = seen.get(above);
      if (parent && parent.node.type !== 'directory') {
        throw new BuildError(messages.memberThroughFile(what, path, { path: above, type: parent.node.type }));
      }
    }
  }
  return nodes;
}

function toNode(
  entry: IndexedEntry,
  {
    source,
    what,
    owner,
    linked,
  }: {
    readonly source: RandomAccess;
    readonly what: string;
    readonly owner: string;
    readonly linked: Node | undefined;
  },
): Node {
  const { path, type, mode, uid, gid, mtime, target, device, xattrs } = entry;
  if (type === 'link') {
    if (linked?.type !== 'file') {
      throw new BuildError(messages.linkToNoFile(what, path, target));
    }
    return { ...linked, path };
  }
  if (type === 'symlink' && resolveTarget(path, target ?? '') === undefined) {
    throw new BuildError(messages.linkLeavesTree(what, path, target));
  }
  return {
    path,
    type,
    mode,
    uid,
    gid,
    mtime,
    owner,
    ...(type === 'file' ? { content: { source, offset: entry.offset, size: entry.size } } : {}),
    ...(target !== undefined ? { target } : {}),
    ...(device ? { device } : {}),
    ...(xattrs ? { xattrs } : {}),
  };
}

function sameFolder(a: IndexedEntry, b: IndexedEntry): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}
