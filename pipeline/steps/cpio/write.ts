import { BuildError } from '../../core/failure.ts';
import { linkNode } from '../../trees/made-node.ts';
import { nodesOf } from '../../trees/tar-in.ts';
import { Tree } from '../../trees/tree.ts';
import { writer } from '../kit/writer.ts';
import { writeCpio } from './archive.ts';
import { modeWithoutFile } from './messages.ts';
import type { Cpio } from './step.ts';

export const write = writer<Cpio>(({ inputs, outputs, options, epoch }) => {
  const tree = new Tree({ replaces: [] });
  for (const name of options.trees) for (const node of nodesOf(inputs.open(`tree/${name}`), name)) tree.add(node);
  const modes = new Map(Object.entries(options.modes));
  for (const path of inputs.group('file')) {
    const source = inputs.open(`file/${path}`);
    const mode = modes.get(path) ?? 0o644;
    modes.delete(path);
    const content = { source, offset: 0, size: source.size };
    tree.add({ path, type: 'file', mode, uid: 0, gid: 0, mtime: epoch, content, owner: `file ${path}` });
  }
  for (const path of modes.keys()) throw new BuildError(modeWithoutFile(path));
  for (const { path, target } of options.links) tree.add({ ...linkNode(path, target, epoch), owner: `links ${path}` });
  tree.complete(epoch);
  writeCpio(outputs.cpio, tree.nodes.values(), { epoch, after: inputs.maybe('after') });
});
