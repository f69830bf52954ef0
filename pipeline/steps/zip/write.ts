import { BuildError } from '../../core/failure.ts';
import { parsePieceList } from '../../core/pieces.ts';
import { gzipMember } from '../../formats/gzip.ts';
import { type PlacedMember, zipDirectory, zipLocalHeader } from '../../formats/zip.ts';
import { writeOutput } from '../../io/output-file.ts';
import { fileTooLargeForZip } from '../kit/messages.ts';
import { writer } from '../kit/writer.ts';
import type { Zip } from './step.ts';

/** Above it a ZIP needs ZIP64, which old programs do not read. */
const LARGEST = 0xffff_ffff;

/** Members are said to have been changed at the epoch. */
export const write = writer<Zip>(({ inputs, outputs, epoch }) => {
  writeOutput(outputs.zip, (out) => {
    const members: PlacedMember[] = [];
    for (const name of inputs.group('gzip')) {
      const { size } = parsePieceList(inputs.text(`pieces/${name}`));
      const { packed, crc32, size: packedFrom } = gzipMember(inputs.open(`gzip/${name}`), `the packed ${name}`);
      if (size > LARGEST) throw new BuildError(fileTooLargeForZip(name, size));
      if (packedFrom !== size) throw new RangeError(`the packed ${name} is of ${packedFrom} bytes, not of ${size}`);
      const member: PlacedMember = { name, crc32, packedSize: packed.size, size, offset: out.position };
      out.write(zipLocalHeader(member, epoch));
      out.copy(packed, 0, packed.size);
      members.push(member);
    }
    out.write(zipDirectory(members, out.position, epoch));
  });
});
