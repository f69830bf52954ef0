import { writeFileSync } from 'node:fs';
import { digestFromHex, hexOf } from '../../core/digest.ts';
import { indexTar } from '../../formats/tar-index.ts';
import { sha256Of } from '../../io/file-digest.ts';
import type { FileSource } from '../../io/file-source.ts';
import { writeTar } from '../../trees/tar-out.ts';
import { writer } from '../kit/writer.ts';
import { type SeedLayer, seedTree } from './data-root.ts';
import type { Seed } from './step.ts';

export const write = writer<Seed>(({ inputs, outputs, options, epoch }) => {
  const layers = new Map(options.layers.map((name) => [name, describe(name, inputs.open(`layer/${name}`))]));
  writeTar(outputs.seed, seedTree(options, layers, epoch).nodes.values(), epoch);
  const lines = [...layers.values()].map(({ name, digest }) => `${name} ${hexOf(digest)}\n`);
  writeFileSync(outputs.list, lines.join(''), { flag: 'wx' });
});

function describe(name: string, tar: FileSource): SeedLayer {
  const size = indexTar(tar, `layer ${name}`).reduce((sum, entry) => sum + entry.size, 0);
  return { name, digest: digestFromHex(sha256Of(tar)), size };
}
