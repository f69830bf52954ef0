import { createHash } from 'node:crypto';
import type { Json } from '../../core/json.ts';
import type { Writer } from '../../core/writer.ts';
import { sizeOption, type VirtualDisk, withVirtualDisk } from '../../disks/virtual-disk.ts';
import { streamedVmdk, vmdkDescription } from '../../disks/vmdk-disk.ts';
import { ovfDescriptor, ovfManifest } from '../../formats/ovf.ts';
import { encodeTarHeader, TAR_END, tarPadding } from '../../formats/tar-header.ts';
import type { VmdkDescriptor } from '../../formats/vmdk.ts';
import { writeOutput } from '../../io/output-file.ts';
import { fieldsOf, stringOf } from '../../trees/decode.ts';
import { outputOf } from '../kit/inputs.ts';

/** `name`: what the machine and its files are called; `version`: shown to whoever imports it. */
export type OvaOptions = { readonly name: string; readonly version: string; readonly sizeMiB?: number | undefined };

/**
 * An installed disk as an OVA: a ustar with the OVF descriptor, its manifest, then the disk as a streamOptimized VMDK, in the order that
 * DSP0243 wants. Inputs: those of `composedDisk`. Options: `OvaOptions`. Output: `ova`.
 */
export const write: Writer = async (job) => {
  const sizeMiB = sizeOption(job.options, ['name', 'version']);
  const { name, version } = ovaOptions(job.options);
  withVirtualDisk(job, sizeMiB, (disk) => {
    const file = `${name}-disk1.vmdk`;
    const vmdk = vmdkDescription(disk, { type: 'streamOptimized', extent: file });
    const { size, sha256 } = measured(disk, vmdk);
    const descriptor = ovfDescriptor({ name, version, disk: { file, fileSize: size, capacity: disk.size } });
    const ovf = new TextEncoder().encode(descriptor);
    const manifest = ovfManifest([
      { name: `${name}.ovf`, sha256: createHash('sha256').update(ovf).digest('hex') },
      { name: file, sha256 },
    ]);
    writeOutput(outputOf(job, 'ova'), (out) => {
      const member = (path: string, bytes: number) =>
        out.write(encodeTarHeader({ path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: job.epoch, size: bytes }));
      for (const [path, bytes] of [
        [`${name}.ovf`, ovf],
        [`${name}.mf`, new TextEncoder().encode(manifest)],
      ] as const) {
        member(path, bytes.length);
        out.write(bytes);
        out.zeros(tarPadding(bytes.length));
      }
      member(file, size);
      for (const part of streamedVmdk(disk, vmdk)) out.write(part);
      out.zeros(tarPadding(size));
      out.write(TAR_END);
    });
  });
};

/** What stands before the VMDK, and must be known first: reading the disk twice is cheaper than writing it twice. */
function measured(disk: VirtualDisk, descriptor: VmdkDescriptor): { readonly size: number; readonly sha256: string } {
  const hash = createHash('sha256');
  let size = 0;
  for (const part of streamedVmdk(disk, descriptor)) {
    hash.update(part);
    size += part.length;
  }
  return { size, sha256: hash.digest('hex') };
}

function ovaOptions(options: Json): Pick<OvaOptions, 'name' | 'version'> {
  const { value } = fieldsOf(options, 'options', ['name', 'version', 'sizeMiB']);
  return { name: stringOf(value['name'], 'options.name'), version: stringOf(value['version'], 'options.version') };
}
