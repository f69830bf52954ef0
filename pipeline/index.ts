/** The front door: all that a target file may import. */
export { cloudDisk } from './recipes/cloud-disk.ts';
export { debianConsole } from './recipes/console-image.ts';
export type { BuildContext } from './recipes/context.ts';
export { defineTarget } from './recipes/define-target.ts';
export { installedDisk } from './recipes/disk.ts';
export { ipxeScript } from './recipes/ipxe.ts';
export { liveIso } from './recipes/live-iso.ts';
export { raspberryPiCard } from './recipes/raspberry-pi.ts';
export { rootfsArchive } from './recipes/rootfs.ts';
export { liveSystem, withoutKernel } from './recipes/system.ts';
export { awsImageFile } from './recipes/text.ts';
export {
  compressedFixedVhd,
  dynamicVhd,
  gceArchive,
  ova,
  qcow2,
  sparseVmdk,
  vhdx,
} from './recipes/virtual-disk.ts';
export { zipOf } from './recipes/zip.ts';
export { zstdCompressed } from './recipes/zstd.ts';
export { AUTOFORMAT } from './shared/kernel-arguments.ts';
