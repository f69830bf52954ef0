import { byPath, type TarEntry } from '../formats/tar-entry.ts';
import { encodeTarHeader, TAR_END, tarPadding } from '../formats/tar-header.ts';
import { writeOutput } from '../io/output-file.ts';
import type { Content, Node } from './node.ts';

/**
 * Writes nodes as a canonical tar: sorted by path; of several names of one file the first holds the bytes and the others are hard
 * links to it; no timestamp above `epoch`. The same nodes give the same bytes, whatever order they come in.
 */
export function writeTar(file: string, nodes: Iterable<Node>, epoch: number): void {
  writeOutput(file, (out) => {
    for (const part of tarParts(nodes, epoch)) {
      if (part instanceof Uint8Array) out.write(part);
      else out.copy(part.source, part.offset, part.size);
    }
  });
}

/** The same tar part by part: contents where they lie, and what is around them. */
export function* tarParts(nodes: Iterable<Node>, epoch: number): Generator<Uint8Array | Content> {
  const first = new Map<Content, string>();
  for (const node of [...nodes].sort(byPath)) {
    const { content } = node;
    const linkTo = content ? first.get(content) : undefined;
    if (content && linkTo === undefined) first.set(content, node.path);
    yield encodeTarHeader(entryOf(node, linkTo, epoch));
    if (content && linkTo === undefined) {
      yield content;
      yield new Uint8Array(tarPadding(content.size));
    }
  }
  yield TAR_END;
}

function entryOf(node: Node, linkTo: string | undefined, epoch: number): TarEntry {
  const { path, type, mode, uid, gid, device, xattrs } = node;
  const target = linkTo ?? node.target;
  return {
    path,
    type: linkTo === undefined ? type : 'link',
    mode,
    uid,
    gid,
    mtime: Math.min(node.mtime, epoch),
    size: linkTo === undefined ? (node.content?.size ?? 0) : 0,
    ...(target !== undefined ? { target } : {}),
    ...(device ? { device } : {}),
    ...(xattrs && linkTo === undefined ? { xattrs } : {}),
  };
}
