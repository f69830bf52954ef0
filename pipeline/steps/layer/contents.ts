import { byPath } from '../../formats/tar-entry.ts';
import type { PackageControl } from '../../trees/deb.ts';
import type { Content, Node } from '../../trees/node.ts';
import type { Declaration } from './declarations.ts';

/** What is in a layer and where it comes from: for the SBOM, tables of sizes, and what to say of conflicts. */
export type LayerContents = {
  readonly packages: readonly PackageShare[];
  /** Every path, sorted. */
  readonly entries: readonly ContentsEntry[];
  /** Bytes of file contents, each hard-linked file once. */
  readonly bytes: number;
  /** What packages declare for systemd, also where the files themselves were dropped. */
  readonly declarations: readonly Declaration[];
};

export type PackageShare = {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** How many paths of the layer come from it, folders not counted. */
  readonly files: number;
  /** Bytes of their contents, hard links once. */
  readonly bytes: number;
  readonly conffiles: readonly string[];
};

export type ContentsEntry = {
  readonly path: string;
  readonly type: Node['type'];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** `package curl`, `overlay base`, `file …`, `effect …`, `implied`. */
  readonly owner: string;
};

/** Describes a layer. `packages` in their order. */
export function contentsOf(
  nodes: Iterable<Node>,
  packages: readonly PackageControl[],
  declarations: readonly Declaration[],
): LayerContents {
  const sorted = [...nodes].sort(byPath);
  const counted = new Set<Content>();
  const files = new Map<string, number>();
  const bytes = new Map<string, number>();
  let total = 0;
  for (const { type, owner, content } of sorted) {
    if (type !== 'directory') files.set(owner, (files.get(owner) ?? 0) + 1);
    if (!content || counted.has(content)) continue;
    counted.add(content);
    total += content.size;
    bytes.set(owner, (bytes.get(owner) ?? 0) + content.size);
  }
  return {
    packages: packages.map((control) => ({
      name: control.package,
      version: control.version,
      architecture: control.architecture,
      files: files.get(`package ${control.package}`) ?? 0,
      bytes: bytes.get(`package ${control.package}`) ?? 0,
      conffiles: control.conffiles,
    })),
    entries: sorted.map(({ path, type, mode, uid, gid, owner, content }) => ({
      path,
      type,
      mode,
      uid,
      gid,
      owner,
      size: content?.size ?? 0,
    })),
    bytes: total,
    declarations,
  };
}
