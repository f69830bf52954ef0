import {
  AUTOFORMAT,
  defineTarget,
  installedDisk,
  liveIso,
  liveSystem,
  ova,
  rootfsArchive,
  sparseVmdk,
  withoutKernel,
} from '../pipeline/index.ts';

/** As in RancherOS 1. */
const DISK_MIB = 8192;

export default defineTarget({
  name: 'vmware',
  arch: 'amd64',
  summary: 'VMware ESXi, vSphere, Workstation and Fusion, with open-vm-tools',
  parts(context) {
    const system = liveSystem(context, 'amd64', { name: 'vmware', packages: 'vmware', overlay: 'vmware' });
    const disk = installedDisk(context, system, { name: 'vmware' });
    return { system, disk };
  },
  files: {
    'vmware/rancheros.iso': {
      about: 'live system with open-vm-tools, BIOS and UEFI; `ros install` puts it on a disk',
      make: ({ context, name, system, disk }) => liveIso(context, system, { name, disk }),
    },
    'vmware/rancheros-autoformat.iso': {
      about: 'the same, and a blank first disk becomes the state disk at the first start; for docker-machine',
      make: ({ context, name, system, disk }) =>
        liveIso(context, system, {
          name,
          disk,
          append: `${AUTOFORMAT} rancher.docker_machine_login=true`,
        }),
    },
    'vmware/rancheros.vmdk': {
      about: 'the installed system as a disk of 8 GiB (monolithicSparse), for Workstation and Fusion',
      make: ({ context, name, disk }) => sparseVmdk(context, disk, { name, sizeMiB: DISK_MIB }),
    },
    'vmware/rancheros.ova': {
      about: 'the installed system as a machine to import: EFI, pvscsi, vmxnet3, guestinfo; for ESXi and vSphere',
      make: ({ context, name, disk }) =>
        ova(context, disk, {
          name,
          sizeMiB: DISK_MIB,
          machine: 'rancheros',
        }),
    },
    'vmware/initrd': {
      about: 'the whole live system for network boot, beside `vmlinuz` of the same version',
      make: ({ system }) => system.initrd,
    },
    'vmware/rootfs.tar.gz': {
      about: 'the root file system without kernel modules, for containers',
      make: ({ context, name, system }) => rootfsArchive(context, name, withoutKernel(system)),
    },
  },
});
