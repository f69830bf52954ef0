import { defineTarget, installedDisk, liveIso, liveSystem, rootfsArchive, withoutKernel } from '../pipeline/index.ts';

export default defineTarget({
  name: '4glte',
  arch: 'amd64',
  summary: 'machines with a modem of a mobile network, with ModemManager and usb-modeswitch',
  files: {
    '4glte/rancheros.iso': 'live system with ModemManager, BIOS and UEFI; `ros install` puts it on a disk',
    '4glte/initrd': 'the whole live system for network boot, beside `vmlinuz` of the same version',
    '4glte/rootfs.tar.gz': 'the root file system without kernel modules, for containers',
  },
  make(context) {
    const system = liveSystem(context, 'amd64', { name: '4glte', packages: '4glte', overlay: '4glte' });
    const disk = installedDisk(context, system, { name: '4glte' });
    return {
      '4glte/rancheros.iso': liveIso(context, system, { name: '4glte/rancheros.iso', disk }),
      '4glte/initrd': system.initrd,
      '4glte/rootfs.tar.gz': rootfsArchive(context, '4glte/rootfs.tar.gz', withoutKernel(system)),
    };
  },
});
