import { byPath, type TarEntry } from '../formats/tar-entry.ts';
import { encodeTarHeader, TAR_END, tarPadding } from '../formats/tar-header.ts';
import type { Content, Node } from './node.ts';
import { writeOutput } from './output-file.ts';

/**
 * Writes nodes as a canonical tar: sorted by path; of several names of one file the first holds the bytes and the others are hard
 * links to it; no timestamp above `epoch`. The same nodes give the same bytes, whatever order they come in.
 */
export function writeTar(file: string, nodes: Iterable<Node>, epoch: number): void {
  writeOutput(file, (out) => {
    const first = new Map<Content, string>();
    for (const node of [...nodes].sort(byPath)) {
      const { content } = node;
      const linkTo = content ? first.get(content) : undefined;
      if (content && linkTo === undefined) first.set(content, node.path);
      out.write(encodeTarHeader(entryOf(node, linkTo, epoch)));
      if (content && linkTo === undefined) {
        out.copy(content.source, content.offset, content.size);
        out.zeros(tarPadding(content.size));
      }
    }
    out.write(TAR_END);
  });
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
