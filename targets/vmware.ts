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
  files: {
    'vmware/rancheros.iso': 'live system with open-vm-tools, BIOS and UEFI; `ros install` puts it on a disk',
    'vmware/rancheros-autoformat.iso':
      'the same, and a blank first disk becomes the state disk at the first start; for docker-machine',
    'vmware/rancheros.vmdk': 'the installed system as a disk of 8 GiB (monolithicSparse), for Workstation and Fusion',
    'vmware/rancheros.ova':
      'the installed system as a machine to import: EFI, pvscsi, vmxnet3, guestinfo; for ESXi and vSphere',
    'vmware/initrd': 'the whole live system for network boot, beside `vmlinuz` of the same version',
    'vmware/rootfs.tar.gz': 'the root file system without kernel modules, for containers',
  },
  make(context) {
    const system = liveSystem(context, 'amd64', { name: 'vmware', packages: 'vmware', overlay: 'vmware' });
    const disk = installedDisk(context, system, { name: 'vmware' });
    return {
      'vmware/rancheros.iso': liveIso(context, system, { name: 'vmware/rancheros.iso', disk }),
      'vmware/rancheros-autoformat.iso': liveIso(context, system, {
        name: 'vmware/rancheros-autoformat.iso',
        disk,
        append: `${AUTOFORMAT} rancher.docker_machine_login=true`,
      }),
      'vmware/rancheros.vmdk': sparseVmdk(context, disk, { name: 'vmware/rancheros.vmdk', sizeMiB: DISK_MIB }),
      'vmware/rancheros.ova': ova(context, disk, {
        name: 'vmware/rancheros.ova',
        sizeMiB: DISK_MIB,
        machine: 'rancheros',
      }),
      'vmware/initrd': system.initrd,
      'vmware/rootfs.tar.gz': rootfsArchive(context, 'vmware/rootfs.tar.gz', withoutKernel(system)),
    };
  },
});
