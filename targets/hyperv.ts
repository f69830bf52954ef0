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
  files: {
    'hyperv/rancheros.iso': 'live system with the daemons of Hyper-V, BIOS and UEFI; `ros install` puts it on a disk',
    'hyperv/rancheros.vhdx': 'the installed system as a disk of 8 GiB, for generation 1 and 2',
    'hyperv/initrd': 'the whole live system for network boot, beside `vmlinuz` of the same version',
    'hyperv/rootfs.tar.gz': 'the root file system without kernel modules, for containers',
  },
  make(context) {
    const system = liveSystem(context, 'amd64', { name: 'hyperv', packages: 'hyperv', overlay: 'hyperv' });
    const disk = installedDisk(context, system, { name: 'hyperv' });
    return {
      'hyperv/rancheros.iso': liveIso(context, system, { name: 'hyperv/rancheros.iso', disk }),
      'hyperv/rancheros.vhdx': vhdx(context, disk, { name: 'hyperv/rancheros.vhdx', sizeMiB: DISK_MIB }),
      'hyperv/initrd': system.initrd,
      'hyperv/rootfs.tar.gz': rootfsArchive(context, 'hyperv/rootfs.tar.gz', withoutKernel(system)),
    };
  },
});
