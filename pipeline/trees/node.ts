import type { RandomAccess } from '../formats/random-access.ts';
import type { Device, EntryType } from '../formats/tar-entry.ts';

/** The contents of a regular file: a part of something that can be read. All names of one file (hard links) share one object. */
export interface Content {
  readonly source: RandomAccess;
  readonly offset: number;
  readonly size: number;
}

/** One path of a tree. Unlike in a tar, every name of a hard-linked file is a `file` and shares its `content` with the others. */
export interface Node {
  readonly path: string;
  readonly type: Exclude<EntryType, 'link'>;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  /** Of files. */
  readonly content?: Content;
  /** Of symbolic links, as it is written in them. */
  readonly target?: string;
  readonly device?: Device;
  readonly xattrs?: { readonly [name: string]: Uint8Array };
  /** Where it comes from, for people: `package curl`, `overlay base`, `file etc/issue`. */
  readonly owner: string;
}

/** The bytes of a file, whole: for small files. */
export function readContent(node: Node): Uint8Array {
  if (!node.content) return new Uint8Array(0);
  return node.content.source.read(node.content.offset, node.content.size).slice();
}

/** Whether two contents are the same bytes. */
export function sameContent(a: Content, b: Content): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  const step = 1 << 16;
  for (let done = 0; done < a.size; done += step) {
    const length = Math.min(step, a.size - done);
    const left = a.source.read(a.offset + done, length).slice();
    const right = b.source.read(b.offset + done, length);
    if (left.length !== length || right.length !== length || left.some((byte, index) => byte !== right[index]))
      return false;
  }
  return true;
}
