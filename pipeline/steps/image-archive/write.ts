import { createHash } from 'node:crypto';
import { digestFromHex, digestOf, hexOf } from '../../core/digest.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Piece } from '../../core/pieces.ts';
import { bytesPiece, pieceListText } from '../../core/pieces.ts';
import type { Writer } from '../../core/writer.ts';
import { writeOutput } from '../../io/output-file.ts';
import { fieldsOf, stringOf } from '../../trees/decode.ts';
import { textNode } from '../../trees/made-node.ts';
import { tarParts } from '../../trees/tar-out.ts';
import { Tree } from '../../trees/tree.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';

/** An image of one layer. */
export type ImageArchiveOptions = {
  readonly arch: string;
  /** `rancher/name:tag` */
  readonly name: string;
};

const CHUNK = 1 << 20;
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * What `docker load` reads (moby 26.1, `image/tarexport`): `manifest.json`, the image's configuration, its layer. Input: `layer`, a tar.
 * Options: `ImageArchiveOptions`. Output: `pieces`, those of a tar.
 */
export const write: Writer = async (job) => {
  const { value } = fieldsOf(job.options, 'options', ['arch', 'name']);
  const options: ImageArchiveOptions = {
    arch: stringOf(value['arch'], 'options.arch'),
    name: stringOf(value['name'], 'options.name'),
  };
  const inputs = new Inputs(job);
  try {
    const layer = inputs.open('layer');
    const hash = createHash('sha256');
    const buffer = new Uint8Array(CHUNK);
    for (let at = 0; at < layer.size; at += CHUNK)
      hash.update(layer.fill(buffer.subarray(0, Math.min(CHUNK, layer.size - at)), at));
    const config = canonicalJson(imageConfig(options, digestFromHex(hash.digest('hex')), job.epoch));
    const configName = `${hexOf(digestOf(config))}.json`;
    const manifest = [{ Config: configName, RepoTags: [options.name], Layers: ['layer.tar'] }];
    const tree = new Tree({ replaces: [] });
    const { epoch } = job;
    const content = { source: layer, offset: 0, size: layer.size };
    for (const node of [
      textNode('manifest.json', canonicalJson(manifest), { epoch }),
      textNode(configName, config, { epoch }),
      { path: 'layer.tar', type: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtime: epoch, content },
    ])
      tree.add({ ...node, owner: 'image' });
    const pieces = Array.from(tarParts(tree.nodes.values(), epoch), (part): Piece => {
      if (part instanceof Uint8Array) return bytesPiece(part);
      const { offset, size } = part;
      return part === content ? { input: 'layer', offset, size } : bytesPiece(part.source.read(offset, size));
    });
    writeOutput(outputOf(job, 'pieces'), (out) => out.write(pieceListText(pieces)));
  } finally {
    inputs.close();
  }
};

function imageConfig({ arch, name }: ImageArchiveOptions, layer: string, epoch: number): Json {
  const created = new Date(epoch * 1000).toISOString().replace('.000Z', 'Z');
  return {
    architecture: arch,
    os: 'linux',
    created,
    config: { Env: [PATH], Cmd: ['/bin/bash'], Labels: { 'io.rancher.os.image': name } },
    rootfs: { type: 'layers', diff_ids: [layer] },
    history: [{ created, created_by: `layer ${name}` }],
  };
}
