import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { digestFromHex, hexOf } from '../../core/digest.ts';
import type { Writer } from '../../core/writer.ts';
import { indexTar } from '../../formats/tar-index.ts';
import type { FileSource } from '../../io/file-source.ts';
import { writeTar } from '../../trees/tar-out.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';
import { type SeedLayer, seedTree } from './data-root.ts';
import { seedOptions } from './step.ts';

const CHUNK = 1 << 20;

/**
 * Describes the layers of the system as images of System Docker.
 *
 * Inputs: `layer/<name>`, the tars of all layers. Options: `SeedOptions`. Outputs: `seed`, a tar to unpack into System Docker's empty data
 * root; `list`, a line `<name> <64 hex digits>` per layer from the lowest to the highest, by which `/init` mounts them.
 */
export const write: Writer = async (job) => {
  const options = seedOptions(job.options);
  const inputs = new Inputs(job);
  try {
    const layers = new Map(options.layers.map((name) => [name, describe(name, inputs.open(`layer/${name}`))]));
    writeTar(outputOf(job, 'seed'), seedTree(options, layers, job.epoch).nodes.values(), job.epoch);
    writeFileSync(
      outputOf(job, 'list'),
      [...layers.values()].map(({ name, digest }) => `${name} ${hexOf(digest)}\n`).join(''),
      { flag: 'wx' },
    );
  } finally {
    inputs.close();
  }
};

function describe(name: string, tar: FileSource): SeedLayer {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(CHUNK);
  for (let position = 0; position < tar.size; position += CHUNK) {
    hash.update(tar.fill(buffer.subarray(0, Math.min(CHUNK, tar.size - position)), position));
  }
  const size = indexTar(tar, `layer ${name}`).reduce((sum, entry) => sum + entry.size, 0);
  return { name, digest: digestFromHex(hash.digest('hex')), size };
}
