import type { Writer } from '../../core/writer.ts';
import { refuse } from '../../trees/decode.ts';
import { directoryNode, linkNode } from '../../trees/made-node.ts';
import { nodesOf } from '../../trees/tar-in.ts';
import { Tree } from '../../trees/tree.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';
import { writeCpio } from './archive.ts';
import { cpioOptions } from './step.ts';

/**
 * Packs trees and single files as a newc archive for the kernel.
 *
 * Inputs: the tars that `trees` names; `file/<path>`, single files; `after`, another archive, which this one follows in the output. Options: `CpioOptions`. Output: `cpio`.
 */
export const write: Writer = async (job) => {
  const options = cpioOptions(job.options);
  const { epoch } = job;
  const inputs = new Inputs(job);
  try {
    const tree = new Tree({ replaces: options.replaces ?? [] });
    for (const name of options.trees ?? []) for (const node of nodesOf(inputs.open(name), name)) tree.add(node);
    const modes = new Map(options.files?.map(({ path, mode }) => [path, mode]));
    for (const path of inputs.below('file/')) {
      const source = inputs.open(`file/${path}`);
      const mode = modes.get(path) ?? 0o644;
      modes.delete(path);
      tree.add({
        path,
        type: 'file',
        mode,
        uid: 0,
        gid: 0,
        mtime: epoch,
        content: { source, offset: 0, size: source.size },
        owner: `file ${path}`,
      });
    }
    for (const path of modes.keys()) throw refuse(`options.files names ${path}, but there is no input file/${path}.`);
    for (const { path, mode } of options.directories ?? [])
      tree.add({ ...directoryNode(path, { mode, epoch }), owner: `directories ${path}` });
    for (const { path, target } of options.links ?? [])
      tree.add({ ...linkNode(path, target, epoch), owner: `links ${path}` });
    for (const { path, type, mode = 0o600, uid = 0, gid = 0, major, minor } of options.devices ?? []) {
      tree.add({
        path,
        type: `${type}-device`,
        mode,
        uid,
        gid,
        mtime: epoch,
        device: { major, minor },
        owner: `devices ${path}`,
      });
    }
    tree.complete(epoch);
    const after = inputs.maybe('after');
    writeCpio(outputOf(job, 'cpio'), tree.nodes.values(), { epoch, after });
  } finally {
    inputs.close();
  }
};
