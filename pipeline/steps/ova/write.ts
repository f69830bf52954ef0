import { createHash } from 'node:crypto';
import type { VirtualDisk } from '../../disks/virtual-disk.ts';
import { streamedVmdk, vmdkDescription } from '../../disks/vmdk-disk.ts';
import { ovfDescriptor, ovfManifest } from '../../formats/ovf.ts';
import { encodeTarHeader, TAR_END, tarPadding } from '../../formats/tar-header.ts';
import type { VmdkDescriptor } from '../../formats/vmdk.ts';
import { writeOutput } from '../../io/output-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { Ova } from './step.ts';

export const write = diskWriter<Ova>((disk, { outputs, options: { name, version }, epoch }) => {
  const file = `${name}-disk1.vmdk`;
  const vmdk = vmdkDescription(disk, { type: 'streamOptimized', extent: file });
  const { size, sha256 } = measured(disk, vmdk);
  const descriptor = ovfDescriptor({ name, version, disk: { file, fileSize: size, capacity: disk.size } });
  const ovf = new TextEncoder().encode(descriptor);
  const manifest = ovfManifest([
    { name: `${name}.ovf`, sha256: createHash('sha256').update(ovf).digest('hex') },
    { name: file, sha256 },
  ]);
  // In the order that DSP0243 wants.
  writeOutput(outputs.ova, (out) => {
    const member = (path: string, bytes: number) =>
      out.write(encodeTarHeader({ path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: epoch, size: bytes }));
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
