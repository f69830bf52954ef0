import { createHash } from 'node:crypto';
import type { Json } from '../core/json.ts';
import type { Writer } from '../core/writer.ts';
import { ovfDescriptor, ovfManifest } from '../formats/ovf.ts';
import { SECTOR } from '../formats/sector.ts';
import { encodeTarHeader, TAR_END, tarPadding } from '../formats/tar-header.ts';
import { VMDK_MAGIC } from '../formats/vmdk.ts';
import { wrongBytes } from '../formats/wrong-bytes.ts';
import { fieldsOf, stringOf } from '../trees/decode.ts';
import { sha256Of } from '../trees/file-digest.ts';
import type { FileSource } from '../trees/file-source.ts';
import { Inputs, outputOf } from '../trees/job.ts';
import { writeOutput } from '../trees/output-file.ts';

/** `name`: what the machine and its files are called; `version`: shown to whoever imports it. */
export type OvaOptions = { readonly name: string; readonly version: string };

/**
 * An OVA: a ustar with the OVF descriptor, its manifest, then the disk, in the order that DSP0243 wants. Input: `vmdk`, a
 * streamOptimized one. Options: `OvaOptions`. Output: `ova`.
 */
export const write: Writer = async (job) => {
  const { name, version } = ovaOptions(job.options);
  const inputs = new Inputs(job);
  try {
    writeOutput(outputOf(job, 'ova'), (out) => {
      const vmdk = inputs.open('vmdk');
      const disk = { file: `${name}-disk1.vmdk`, fileSize: vmdk.size, capacity: capacityOf(vmdk) };
      const ovf = new TextEncoder().encode(ovfDescriptor({ name, version, disk }));
      const manifest = ovfManifest([
        { name: `${name}.ovf`, sha256: createHash('sha256').update(ovf).digest('hex') },
        { name: disk.file, sha256: sha256Of(vmdk) },
      ]);
      const member = (file: string, size: number) =>
        out.write(encodeTarHeader({ path: file, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: job.epoch, size }));
      for (const [file, bytes] of [
        [`${name}.ovf`, ovf],
        [`${name}.mf`, new TextEncoder().encode(manifest)],
      ] as const) {
        member(file, bytes.length);
        out.write(bytes);
        out.zeros(tarPadding(bytes.length));
      }
      member(disk.file, vmdk.size);
      out.copy(vmdk, 0, vmdk.size);
      out.zeros(tarPadding(vmdk.size));
      out.write(TAR_END);
    });
  } finally {
    inputs.close();
  }
};

/** Bytes of the disk in a VMDK, by its header, so that the descriptor never says anything else. */
function capacityOf(vmdk: FileSource): number {
  const header = vmdk.read(0, SECTOR).slice();
  const view = new DataView(header.buffer);
  if (header.length < SECTOR || view.getUint32(0, true) !== VMDK_MAGIC)
    throw wrongBytes(`${vmdk.path} is no VMDK: it does not begin with "KDMV".`);
  return Number(view.getBigUint64(12, true)) * SECTOR;
}

function ovaOptions(options: Json): OvaOptions {
  const { value } = fieldsOf(options, 'options', ['name', 'version']);
  return { name: stringOf(value['name'], 'options.name'), version: stringOf(value['version'], 'options.version') };
}
