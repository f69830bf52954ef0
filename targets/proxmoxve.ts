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
  parts(context) {
    const system = liveSystem(context, 'amd64', { name: 'proxmoxve', packages: 'proxmoxve', overlay: 'proxmoxve' });
    const disk = installedDisk(context, system, { name: 'proxmoxve' });
    return { system, disk };
  },
  files: {
    'proxmoxve/rancheros.iso': {
      about: 'live system with qemu-guest-agent, BIOS and UEFI; `ros install` puts it on a disk',
      make: ({ context, name, system, disk }) => liveIso(context, system, { name, disk }),
    },
    'proxmoxve/rancheros-autoformat.iso': {
      about: 'the same, and a blank first disk becomes the state disk at the first start',
      make: ({ context, name, system, disk }) =>
        liveIso(context, system, {
          name,
          disk,
          append: AUTOFORMAT,
        }),
    },
    'proxmoxve/rancheros.qcow2': {
      about: 'the installed system as a disk of 8 GiB, for `qm importdisk`',
      make: ({ context, name, disk }) => qcow2(context, disk, { name, sizeMiB: DISK_MIB }),
    },
    'proxmoxve/initrd': {
      about: 'the whole live system for network boot, beside `vmlinuz` of the same version',
      make: ({ system }) => system.initrd,
    },
    'proxmoxve/rootfs.tar.gz': {
      about: 'the root file system without kernel modules, for containers',
      make: ({ context, name, system }) => rootfsArchive(context, name, withoutKernel(system)),
    },
  },
});
