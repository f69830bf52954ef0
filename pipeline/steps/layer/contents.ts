import { byPath } from '../../formats/tar-entry.ts';
import type { PackageControl } from '../../trees/deb.ts';
import type { Content, Node } from '../../trees/node.ts';
import type { Declaration } from './declarations.ts';
import type { LayerContents } from './step.ts';

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
