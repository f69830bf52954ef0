import { digestFromHex, digestOf, hexOf } from '../../core/digest.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import { bytesPiece, type Piece, pieceListText } from '../../core/pieces.ts';
import { sha256Of } from '../../io/file-digest.ts';
import { writeOutput } from '../../io/output-file.ts';
import { textNode } from '../../trees/made-node.ts';
import { tarParts } from '../../trees/tar-out.ts';
import { Tree } from '../../trees/tree.ts';
import { writer } from '../kit/writer.ts';
import type { ImageArchive } from './step.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const write = writer<ImageArchive>(({ inputs, outputs, options, epoch }) => {
  const layer = inputs.open('layer');
  const config = canonicalJson(imageConfig(options, digestFromHex(sha256Of(layer)), epoch));
  const configName = `${hexOf(digestOf(config))}.json`;
  const manifest = [{ Config: configName, RepoTags: [options.name], Layers: ['layer.tar'] }];
  const tree = new Tree({ replaces: [] });
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
  writeOutput(outputs.pieces, (out) => out.write(pieceListText(pieces)));
});

function imageConfig({ arch, name }: ImageArchive['options'], layer: string, epoch: number): Json {
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
