import { inMemory } from '../formats/random-access.ts';
import type { Node } from './node.ts';

interface Attributes {
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

const encoder = new TextEncoder();

/** A regular file with this text. */
export function textNode(
  path: string,
  text: string,
  { mode = 0o644, uid = 0, gid = 0, epoch }: Attributes & { readonly epoch: number },
): Omit<Node, 'owner'> {
  const bytes = encoder.encode(text);
  return {
    path,
    type: 'file',
    mode,
    uid,
    gid,
    mtime: epoch,
    content: { source: inMemory(bytes), offset: 0, size: bytes.length },
  };
}

/** A folder. */
export function directoryNode(
  path: string,
  { mode = 0o755, uid = 0, gid = 0, epoch }: Attributes & { readonly epoch: number },
): Omit<Node, 'owner'> {
  return { path, type: 'directory', mode, uid, gid, mtime: epoch };
}

/** A symbolic link. */
export function linkNode(path: string, target: string, epoch: number): Omit<Node, 'owner'> {
  return { path, type: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: epoch, target };
}
