import {
  AUTOFORMAT,
  defineTarget,
  installedDisk,
  liveIso,
  liveSystem,
  qcow2,
  rootfsArchive,
  withoutKernel,
} from '../pipeline/index.ts';

const DISK_MIB = 8192;

export default defineTarget({
  name: 'proxmoxve',
  arch: 'amd64',
  summary: 'Proxmox VE, with qemu-guest-agent',
  files: {
    'proxmoxve/rancheros.iso': 'live system with qemu-guest-agent, BIOS and UEFI; `ros install` puts it on a disk',
    'proxmoxve/rancheros-autoformat.iso': 'the same, and a blank first disk becomes the state disk at the first start',
    'proxmoxve/rancheros.qcow2': 'the installed system as a disk of 8 GiB, for `qm importdisk`',
    'proxmoxve/initrd': 'the whole live system for network boot, beside `vmlinuz` of the same version',
    'proxmoxve/rootfs.tar.gz': 'the root file system without kernel modules, for containers',
  },
  make(context) {
    const system = liveSystem(context, 'amd64', { name: 'proxmoxve', packages: 'proxmoxve', overlay: 'proxmoxve' });
    const disk = installedDisk(context, system, { name: 'proxmoxve' });
    return {
      'proxmoxve/rancheros.iso': liveIso(context, system, { name: 'proxmoxve/rancheros.iso', disk }),
      'proxmoxve/rancheros-autoformat.iso': liveIso(context, system, {
        name: 'proxmoxve/rancheros-autoformat.iso',
        disk,
        append: AUTOFORMAT,
      }),
      'proxmoxve/rancheros.qcow2': qcow2(context, disk, { name: 'proxmoxve/rancheros.qcow2', sizeMiB: DISK_MIB }),
      'proxmoxve/initrd': system.initrd,
      'proxmoxve/rootfs.tar.gz': rootfsArchive(context, 'proxmoxve/rootfs.tar.gz', withoutKernel(system)),
    };
  },
});
