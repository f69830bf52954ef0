import { rmSync, writeFileSync } from 'node:fs';
import { BuildError } from '../../core/failure.ts';
import { canonicalJson, compareCodeUnits } from '../../core/json.ts';
import { slice } from '../../formats/random-access.ts';
import { type Compression, decompressAll } from '../../io/decompress.ts';
import { FileSource } from '../../io/file-source.ts';
import { OutputFile } from '../../io/output-file.ts';
import { textNode } from '../../trees/made-node.ts';
import { type Content, type Node, readContent } from '../../trees/node.ts';
import { relocate } from '../../trees/relocate.ts';
import { nodesOf } from '../../trees/tar-in.ts';
import { writeTar } from '../../trees/tar-out.ts';
import { Tree } from '../../trees/tree.ts';
import { writer } from '../kit/writer.ts';
import { chooseModules } from './choice.ts';
import { type ModuleInfo, moduleInfo, moduleName } from './info.ts';
import * as messages from './messages.ts';
import type { Modules, ModulesReport } from './step.ts';

const SUFFIX = /\.ko(\.xz|\.gz)?$/;
/** The largest module of Debian 13 has 16 MB. */
const MODULE_LIMIT = 256 << 20;
/** Modules and the indices that depmod makes of them lie together: none of them has a time. */
const NO_TIME = 0;
/** Kept beside the modules: depmod, modprobe and modinfo read them. */
const LISTS = ['modules.builtin', 'modules.builtin.modinfo'];

export const write = writer<Modules>(async ({ inputs, outputs, options }) => {
  const { release, modules: entries, first = entries } = options;
  const folder = `usr/lib/modules/${release}`;
  const spool = `${outputs.tar}.spool`;
  const out = new OutputFile(spool);
  let spooled: FileSource | undefined;
  try {
    const nodes = relocate(nodesOf(inputs.open('kernel'), 'the kernel package')).filter((node) =>
      node.path.startsWith(`${folder}/`),
    );
    const modules = byName(nodes, folder);
    if (modules.size === 0) throw new BuildError(messages.noModules(folder));
    const paths = new Map(
      [...modules].map(([name, node]) => [name, node.path.slice(folder.length + 1).replace(SUFFIX, '')]),
    );
    const taken = await takeWithNeeded(chooseModules(entries, paths, release), modules, out);
    out.finish();
    spooled = new FileSource(spool);
    const atFirst = withNeeded(chooseModules(first, paths, release), taken);
    const moduleNodes = [...taken.modules].map(([name, { node, offset, size }]) => {
      const content: Content = { source: spooled as FileSource, offset, size };
      return { isFirst: atFirst.has(name), node: { ...node, path: node.path.replace(SUFFIX, '.ko'), content } };
    });
    const lists = nodes.filter(({ path }) => LISTS.some((list) => path === `${folder}/${list}`));
    const order = textNode(
      `${folder}/modules.order`,
      orderOf(nodes, folder, new Set(moduleNodes.map(({ node }) => node.path))),
      {
        epoch: NO_TIME,
      },
    );
    writeTree(outputs.tar, [
      ...lists,
      ...moduleNodes.filter(({ isFirst }) => isFirst).map(({ node }) => node),
      { ...order, owner: 'modules.order' },
    ]);
    writeTree(
      outputs.rest,
      moduleNodes.filter(({ isFirst }) => !isFirst).map(({ node }) => node),
    );
    writeFileSync(outputs.report, `${canonicalJson(reportOf(release, taken))}\n`, { flag: 'wx' });
  } finally {
    out.close();
    spooled?.close();
    rmSync(spool, { force: true });
  }
});

/** Files in the folders that they need. The root belongs to the tree that this is laid over. */
function writeTree(file: string, nodes: readonly Node[]): void {
  const tree = new Tree({ replaces: [] });
  for (const node of nodes) tree.add(node);
  tree.complete(NO_TIME);
  const below = [...tree.nodes.values()].filter(({ path }) => path !== '');
  writeTar(file, below, NO_TIME);
}

interface Taken {
  readonly modules: ReadonlyMap<
    string,
    { readonly node: Node; readonly offset: number; readonly size: number; readonly info: ModuleInfo }
  >;
  readonly notModules: ReadonlySet<string>;
}

function byName(nodes: readonly Node[], folder: string): ReadonlyMap<string, Node> {
  const modules = new Map<string, Node>();
  for (const node of nodes) {
    if (node.type !== 'file' || !SUFFIX.test(node.path)) continue;
    const name = moduleName(node.path.slice(node.path.lastIndexOf('/') + 1).replace(SUFFIX, ''));
    const other = modules.get(name);
    if (other) throw new BuildError(messages.moduleTwice(name, folder, [other.path, node.path]));
    modules.set(name, node);
  }
  return modules;
}

/** Writes the chosen modules and all that they depend on to `out`, plain, sorted by name within each generation. */
async function takeWithNeeded(
  chosen: ReadonlySet<string>,
  modules: ReadonlyMap<string, Node>,
  out: OutputFile,
): Promise<Taken> {
  const taken = new Map<
    string,
    { readonly node: Node; readonly offset: number; readonly size: number; readonly info: ModuleInfo }
  >();
  const notModules = new Set<string>();
  let wanted = [...chosen];
  while (wanted.length > 0) {
    const next = new Set<string>();
    for (const name of wanted.sort(compareCodeUnits)) {
      const node = modules.get(name);
      if (!node || taken.has(name)) continue;
      const bytes = await plainModule(node);
      const info = moduleInfo(bytes, `/${node.path}`);
      taken.set(name, { node, offset: out.position, size: bytes.length, info });
      out.write(bytes);
      for (const needed of info.depends) {
        if (!modules.has(needed)) throw new BuildError(messages.neededModuleMissing(name, needed));
        next.add(needed);
      }
      for (const needed of info.softDepends) (modules.has(needed) ? next : notModules).add(needed);
    }
    wanted = [...next].filter((name) => !taken.has(name));
  }
  return { modules: taken, notModules };
}

/** Names among `taken` that these modules cannot do without. */
function withNeeded(chosen: ReadonlySet<string>, taken: Taken): ReadonlySet<string> {
  const all = new Set<string>();
  const wanted = [...chosen];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const info = taken.modules.get(name)?.info;
    if (info === undefined || all.has(name)) continue;
    all.add(name);
    wanted.push(...info.depends, ...info.softDepends);
  }
  return all;
}

async function plainModule(node: Node): Promise<Uint8Array> {
  const suffix = SUFFIX.exec(node.path)?.[1];
  const compression: Compression = suffix === '.xz' ? 'xz' : suffix === '.gz' ? 'gzip' : 'none';
  if (!node.content || compression === 'none') return readContent(node);
  const { source, offset, size } = node.content;
  return decompressAll(slice(source, offset, size), {
    compression,
    what: `/${node.path}`,
    limit: { most: MODULE_LIMIT },
  });
}

/** The lines of `modules.order`, which decides between modules that fit one device, for the modules that are here. */
function orderOf(nodes: readonly Node[], folder: string, modules: ReadonlySet<string>): string {
  const order = nodes.find(({ path }) => path === `${folder}/modules.order`);
  if (!order) return '';
  const lines = new TextDecoder().decode(readContent(order)).split('\n');
  return lines
    .filter((line) => modules.has(`${folder}/${line}`))
    .map((line) => `${line}\n`)
    .join('');
}

function reportOf(release: string, taken: Taken): ModulesReport {
  return {
    release,
    modules: [...taken.modules]
      .sort(([a], [b]) => compareCodeUnits(a, b))
      .map(([name, { node, size, info }]) => ({
        name,
        path: node.path.replace(SUFFIX, '.ko'),
        size,
        depends: info.depends,
        firmware: info.firmware,
      })),
    notModules: [...taken.notModules].sort(compareCodeUnits),
  };
}
