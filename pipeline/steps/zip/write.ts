import { type PieceList, parsePieceList } from '../../core/pieces.ts';
import type { Writer } from '../../core/writer.ts';
import { gzipMember } from '../../formats/gzip.ts';
import { type PlacedMember, zipDirectory, zipLocalHeader } from '../../formats/zip.ts';
import type { FileSource } from '../../io/file-source.ts';
import { writeOutput } from '../../io/output-file.ts';
import { fieldsOf, refuse, wholeNumberOf } from '../../trees/decode.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';

/** When the members are said to have been changed, in seconds since 1970. */
export type ZipOptions = {
  readonly seconds: number;
};

/** Above it a ZIP needs ZIP64, which old programs do not read. */
const LARGEST = 0xffff_ffff;

/**
 * Puts files that `gzip -n` has packed into a ZIP: their deflate streams are taken as they are. Inputs: `gzip/<name>`, the packed file,
 * and `pieces/<name>`, what it is made of, for its size. Options: `ZipOptions`. Output: `zip`.
 */
export const write: Writer = async (job) => {
  const seconds = wholeNumberOf(
    fieldsOf(job.options, 'options', ['seconds']).value['seconds'],
    'options.seconds',
    2 ** 32,
  );
  const inputs = new Inputs(job);
  try {
    writeOutput(outputOf(job, 'zip'), (out) => {
      const members: PlacedMember[] = [];
      for (const name of inputs.below('gzip/')) {
        const { size } = listIn(inputs.open(`pieces/${name}`));
        const { packed, crc32, size: packedFrom } = gzipMember(inputs.open(`gzip/${name}`), `the packed ${name}`);
        if (size > LARGEST)
          throw refuse(`${name} has ${size} bytes; a ZIP that everybody can read holds files below 4 GiB.`);
        if (packedFrom !== size) throw new RangeError(`the packed ${name} is of ${packedFrom} bytes, not of ${size}`);
        const member: PlacedMember = { name, crc32, packedSize: packed.size, size, offset: out.position };
        out.write(zipLocalHeader(member, seconds));
        out.copy(packed, 0, packed.size);
        members.push(member);
      }
      out.write(zipDirectory(members, out.position, seconds));
    });
  } finally {
    inputs.close();
  }
};

function listIn(source: FileSource): PieceList {
  return parsePieceList(new TextDecoder().decode(source.fill(new Uint8Array(source.size), 0)));
}
