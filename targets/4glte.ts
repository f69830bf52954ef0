import { defineTarget, installedDisk, liveIso, liveSystem, rootfsArchive, withoutKernel } from '../pipeline/index.ts';

export default defineTarget({
  name: '4glte',
  arch: 'amd64',
  summary: 'machines with a modem of a mobile network, with ModemManager and usb-modeswitch',
  parts(context) {
    const system = liveSystem(context, 'amd64', { name: '4glte', packages: '4glte', overlay: '4glte' });
    const disk = installedDisk(context, system, { name: '4glte' });
    return { system, disk };
  },
  files: {
    '4glte/rancheros.iso': {
      about: 'live system with ModemManager, BIOS and UEFI; `ros install` puts it on a disk',
      make: ({ context, name, system, disk }) => liveIso(context, system, { name, disk }),
    },
    '4glte/initrd': {
      about: 'the whole live system for network boot, beside `vmlinuz` of the same version',
      make: ({ system }) => system.initrd,
    },
    '4glte/rootfs.tar.gz': {
      about: 'the root file system without kernel modules, for containers',
      make: ({ context, name, system }) => rootfsArchive(context, name, withoutKernel(system)),
    },
  },
});
