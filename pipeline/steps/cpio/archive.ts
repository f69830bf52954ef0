import { BuildError } from '../../core/failure.ts';
import { CPIO_SIZE_LIMIT, CPIO_TYPE, cpioPadding, encodeCpioHeader, encodeCpioTrailer } from '../../formats/cpio.ts';
import { byPath } from '../../formats/tar-entry.ts';
import type { FileSource } from '../../io/file-source.ts';
import { writeOutput } from '../../io/output-file.ts';
import type { Content, Node } from '../../trees/node.ts';
import * as messages from './messages.ts';

/** The kernel and GNU cpio read and write whole blocks of this size. */
const BLOCK = 512;
const encoder = new TextEncoder();

/**
 * Writes nodes as a newc archive: sorted by path, inodes numbered in that order, no timestamp above `epoch`; of several names of one
 * file the last carries the bytes, as GNU cpio does. It has a multiple of 512 bytes. `after`: what stands before it in the file; the kernel
 * joins archives that begin at a multiple of four bytes.
 *
 * Throws `configuration` for what newc cannot hold: files of 4 GiB, extended attributes.
 */
export function writeCpio(
  file: string,
  nodes: Iterable<Node>,
  { epoch, after }: { readonly epoch: number; readonly after?: FileSource | undefined },
): void {
  const sorted = [...nodes].sort(byPath);
  const names = namesByContent(sorted);
  writeOutput(file, (out) => {
    if (after !== undefined) {
      out.copy(after, 0, after.size);
      out.zeros(cpioPadding(after.size));
    }
    const start = out.position;
    let next = 1;
    const inodes = new Map<Content, number>();
    for (const node of sorted) {
      const { content, target } = node;
      if (content && content.size > CPIO_SIZE_LIMIT)
        throw new BuildError(messages.fileTooLargeForCpio(node.path, node.owner, content.size));
      if (node.xattrs) throw new BuildError(messages.attributesInCpio(node.path, node.owner, Object.keys(node.xattrs)));
      const known = content ? inodes.get(content) : undefined;
      const inode = known ?? next++;
      if (content) inodes.set(content, inode);
      const links = content ? (names.get(content) ?? []) : [];
      const bytes = target === undefined ? undefined : encoder.encode(target);
      const body = content && links.at(-1) === node.path ? content : undefined;
      out.write(
        encodeCpioHeader({
          path: node.path === '' ? '.' : node.path,
          mode: CPIO_TYPE[node.type] | node.mode,
          uid: node.uid,
          gid: node.gid,
          mtime: Math.min(node.mtime, epoch),
          size: bytes?.length ?? body?.size ?? 0,
          inode,
          links: node.type === 'directory' ? 2 : Math.max(1, links.length),
          ...(node.device ? { device: node.device } : {}),
        }),
      );
      if (bytes) out.write(bytes);
      if (body) out.copy(body.source, body.offset, body.size);
      out.zeros(cpioPadding(bytes?.length ?? body?.size ?? 0));
    }
    out.write(encodeCpioTrailer());
    out.zeros((BLOCK - ((out.position - start) % BLOCK)) % BLOCK);
  });
}

function namesByContent(sorted: readonly Node[]): ReadonlyMap<Content, readonly string[]> {
  const names = new Map<Content, string[]>();
  for (const { content, path } of sorted) if (content) names.set(content, [...(names.get(content) ?? []), path]);
  return names;
}
