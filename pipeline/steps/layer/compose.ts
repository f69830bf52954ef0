import { BuildError } from '../../core/failure.ts';
import type { RandomAccess } from '../../formats/random-access.ts';
import type { PackageControl } from '../../trees/deb.ts';
import { Globs, globMatches } from '../../trees/glob.ts';
import { directoryNode, linkNode, textNode } from '../../trees/made-node.ts';
import type { Node } from '../../trees/node.ts';
import { mergedPath, relocate } from '../../trees/relocate.ts';
import { nodesOf } from '../../trees/tar-in.ts';
import { Tree } from '../../trees/tree.ts';
import { type Declaration, declarationsOf } from './declarations.ts';
import { dpkgDatabase, type InstalledPackage } from './dpkg-database.ts';
import { nodesOfEffect } from './effects/index.ts';
import { filterNodes } from './filter.ts';
import * as messages from './messages.ts';
import type { Access, LayerOptions, OverlayChoice } from './step.ts';

/** What a layer is made of, opened. */
export interface LayerSources {
  readonly packages: ReadonlyMap<string, { readonly tar: RandomAccess; readonly control: PackageControl }>;
  readonly overlays: ReadonlyMap<string, RandomAccess>;
  /** Single files by their path in the tree. */
  readonly files: ReadonlyMap<string, RandomAccess>;
}

/**
 * Composes a layer: packages, overlays, single files, the options' files, folders and links, effects, changes of mode; each in the order
 * given. Throws `configuration` for conflicts that are not declared, `wrong-bytes` for archives that are not what they should be.
 */
export function composeLayer(
  options: LayerOptions,
  sources: LayerSources,
  epoch: number,
): { readonly tree: Tree; readonly declarations: readonly Declaration[] } {
  const declarations: Declaration[] = [];
  const tree = new Tree({ replaces: options.replaces ?? [] });
  const add = (owner: string, node: Omit<Node, 'owner'>): void =>
    tree.add({ ...node, path: mergedPath(node.path), owner });
  const installed: InstalledPackage[] = [];
  for (const name of options.packages ?? [])
    declarations.push(...addPackage(tree, name, { options, sources, epoch, installed }));
  // Before anything else changes the configuration files that packages bring.
  if (options.dpkgDatabase)
    for (const node of dpkgDatabase(tree, installed, epoch)) tree.add({ ...node, owner: 'dpkgDatabase' });
  for (const choice of options.overlays ?? []) addOverlay(tree, choice, { sources, epoch });
  for (const [path, source] of sources.files) {
    const content = { source, offset: 0, size: source.size };
    add(`file ${path}`, { path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: epoch, content });
  }
  for (const { path, text, ...attributes } of options.files ?? [])
    add(`files ${path}`, textNode(path, text, { ...attributes, epoch }));
  for (const folder of options.directories ?? []) addFolder(tree, folder, epoch);
  for (const { path, target } of options.links ?? []) add(`links ${path}`, linkNode(path, target, epoch));
  for (const choice of options.effects ?? [])
    for (const node of nodesOfEffect(choice, tree.nodes, epoch)) add(`effect ${choice.effect}`, node);
  for (const name of options.usrMergeLinks ?? [])
    tree.add({ ...linkNode(name, `usr/${name}`, epoch), owner: 'usrMergeLinks' });
  for (const change of options.modes ?? []) changeMode(tree, change);
  tree.complete(epoch);
  return { tree, declarations };
}

function addPackage(
  tree: Tree,
  name: string,
  {
    options,
    sources,
    epoch,
    installed,
  }: {
    readonly options: LayerOptions;
    readonly sources: LayerSources;
    readonly epoch: number;
    readonly installed: InstalledPackage[];
  },
): readonly Declaration[] {
  const source = sources.packages.get(name);
  if (!source) throw new RangeError(`this step needs the inputs package/${name} and control/${name}`);
  const owner = `package ${name}`;
  const placed = relocate(nodesOf(source.tar, owner));
  const chosen = filterNodes(placed, { keep: options.keep ?? [], drop: options.drop ?? [] });
  for (const node of chosen) tree.add(node);
  installed.push({ control: source.control, paths: placed.map(({ path }) => path), taken: [...chosen] });
  if (!options.dpkgDatabase)
    tree.add({ ...textNode(`var/lib/dpkg/status.d/${name}`, source.control.stanza, { epoch }), owner });
  return declarationsOf(placed);
}

/** Git keeps one bit of a file's mode; what else there is comes from the rules, never from the umask of whoever checked it out. */
function addOverlay(
  tree: Tree,
  choice: OverlayChoice,
  { sources, epoch }: { readonly sources: LayerSources; readonly epoch: number },
): void {
  const source = sources.overlays.get(choice.name);
  if (!source) throw new RangeError(`this step needs the input overlay/${choice.name}`);
  const owner = `overlay ${choice.name}`;
  const dropped = new Globs(['**/.gitkeep']);
  const used = new Set<string>();
  for (const node of nodesOf(source, owner)) {
    if (node.path === '') continue;
    if (node.type !== 'file' && node.type !== 'directory' && node.type !== 'symlink')
      throw new BuildError(messages.notForALayer(owner, node.type, node.path));
    const path = mergedPath(node.path);
    if (dropped.matches(path)) continue;
    let mode = node.type === 'symlink' ? 0o777 : node.type === 'directory' || node.mode & 0o100 ? 0o755 : 0o644;
    let uid = 0;
    let gid = 0;
    for (const rule of choice.rules ?? []) {
      if (!globMatches(rule.path, path)) continue;
      used.add(rule.path);
      if (node.type !== 'symlink') mode = rule.mode ?? mode;
      uid = rule.uid ?? uid;
      gid = rule.gid ?? gid;
    }
    // A folder of an overlay is only a way to its files, unless a rule says what it is.
    const known = tree.nodes.get(path);
    if (
      node.type === 'directory' &&
      known?.type === 'directory' &&
      !(choice.rules ?? []).some((rule) => globMatches(rule.path, path))
    )
      continue;
    tree.add({ ...node, path, mode, uid, gid, mtime: epoch, owner });
  }
  const unused = (choice.rules ?? []).find((rule) => !used.has(rule.path));
  if (unused) throw new BuildError(messages.ruleUnused(owner, unused.path));
}

/** A folder that is asked for by name has the mode and owner that are said here, also where a package brings it. */
function addFolder(tree: Tree, folder: NonNullable<LayerOptions['directories']>[number], epoch: number): void {
  const { path, ...attributes } = folder;
  const node = { ...directoryNode(mergedPath(path), { ...attributes, epoch }), owner: `directories ${path}` };
  if (tree.nodes.get(node.path)?.type === 'directory') tree.set(node);
  else tree.add(node);
}

function changeMode(tree: Tree, change: Access & { readonly path: string }): void {
  const path = mergedPath(change.path);
  const node = tree.nodes.get(path);
  if (!node) throw new BuildError(messages.modeOfNothing(change.path));
  if (change.mode !== undefined && node.type === 'symlink') throw new BuildError(messages.modeOfLink(change.path));
  const changed = {
    mode: change.mode ?? node.mode,
    uid: change.uid ?? node.uid,
    gid: change.gid ?? node.gid,
  };
  // All names of a hard-linked file have one mode and one owner.
  const names = node.content ? [...tree.nodes.values()].filter((other) => other.content === node.content) : [node];
  for (const each of names) tree.set({ ...each, ...changed });
}
