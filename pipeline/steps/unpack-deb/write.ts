import { writeFileSync } from 'node:fs';
import { canonicalJson } from '../../core/json.ts';
import { unpackDeb } from '../../trees/deb.ts';
import { writeTar } from '../../trees/tar-out.ts';
import { writer } from '../kit/writer.ts';
import type { UnpackDeb } from './step.ts';

export const write = writer<UnpackDeb>(async ({ inputs, outputs, epoch }) => {
  const spool = `${outputs.data}.spool`;
  const unpacked = await unpackDeb(inputs.open('package'), { name: 'the package file', spool });
  try {
    writeTar(outputs.data, unpacked.nodes, epoch);
    writeFileSync(outputs.control, `${canonicalJson({ ...unpacked.control })}\n`, { flag: 'wx' });
  } finally {
    unpacked.close();
  }
});
