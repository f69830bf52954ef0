import {
  defineTarget,
  installedDisk,
  liveIso,
  liveSystem,
  rootfsArchive,
  vhdx,
  withoutKernel,
} from '../pipeline/index.ts';

const DISK_MIB = 8192;

export default defineTarget({
  name: 'hyperv',
  arch: 'amd64',
  summary: 'Hyper-V, generation 1 and 2, with its daemons',
  parts(context) {
    const system = liveSystem(context, 'amd64', { name: 'hyperv', packages: 'hyperv', overlay: 'hyperv' });
    const disk = installedDisk(context, system, { name: 'hyperv' });
    return { system, disk };
  },
  files: {
    'hyperv/rancheros.iso': {
      about: 'live system with the daemons of Hyper-V, BIOS and UEFI; `ros install` puts it on a disk',
      make: ({ context, name, system, disk }) => liveIso(context, system, { name, disk }),
    },
    'hyperv/rancheros.vhdx': {
      about: 'the installed system as a disk of 8 GiB, for generation 1 and 2',
      make: ({ context, name, disk }) => vhdx(context, disk, { name, sizeMiB: DISK_MIB }),
    },
    'hyperv/initrd': {
      about: 'the whole live system for network boot, beside `vmlinuz` of the same version',
      make: ({ system }) => system.initrd,
    },
    'hyperv/rootfs.tar.gz': {
      about: 'the root file system without kernel modules, for containers',
      make: ({ context, name, system }) => rootfsArchive(context, name, withoutKernel(system)),
    },
  },
});
