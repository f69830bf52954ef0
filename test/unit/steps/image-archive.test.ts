import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { write } from '../../../pipeline/steps/image-archive/write.ts';
import { splicedBytes } from '../../rig/spliced.ts';
import { file, runWriter, tarOf, textIn } from '../trees/sample.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

test('an archive for docker load names its image, its configuration by digest, and its only layer', async () => {
  const layer = tarOf([file('a', 'content')]);
  const { pieces = Buffer.alloc(0) } = await runWriter(write, { inputs: { layer }, outputs: ['pieces'], options: { arch: 'amd64', name: 'rancher/x:13' } });
  const tar = await splicedBytes(pieces, { layer });
  const [image] = JSON.parse(textIn(tar, 'manifest.json') ?? '') as { readonly Config: string; readonly RepoTags: unknown; readonly Layers: unknown }[];
  assert.deepEqual([image?.RepoTags, image?.Layers], [['rancher/x:13'], ['layer.tar']]);
  const config = textIn(tar, image?.Config ?? '') ?? '';
  assert.equal(`${sha256(config)}.json`, image?.Config);
  const { rootfs, architecture } = JSON.parse(config) as { readonly rootfs: unknown; readonly architecture: string };
  assert.deepEqual(rootfs, { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] });
  assert.equal(architecture, 'amd64');
  assert.equal(textIn(tar, 'layer.tar'), layer.toString());
});
