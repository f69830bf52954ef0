import { writeFileSync } from 'node:fs';
import { canonicalJson } from '../../core/json.ts';
import type { Writer } from '../../core/writer.ts';
import { FileSource } from '../../io/file-source.ts';
import { unpackDeb } from '../../trees/deb.ts';
import { writeTar } from '../../trees/tar-out.ts';
import { inputOf, outputOf } from '../kit/inputs.ts';

/**
 * Unpacks a Debian package without running anything of it.
 *
 * Input `package`: a .deb. Outputs `data`: its files as a canonical tar, owners and all mode bits kept, timestamps clamped to
 * the epoch; `control`: a `PackageControl` as JSON. Options: none.
 */
export const write: Writer = async (job) => {
  const file = inputOf(job, 'package');
  const data = outputOf(job, 'data');
  const source = new FileSource(file);
  try {
    const unpacked = await unpackDeb(source, { name: 'the package file', spool: `${data}.spool` });
    try {
      writeTar(data, unpacked.nodes, job.epoch);
      writeFileSync(outputOf(job, 'control'), `${canonicalJson({ ...unpacked.control })}\n`, { flag: 'wx' });
    } finally {
      unpacked.close();
    }
  } finally {
    source.close();
  }
};
