import {
  defineTarget,
  installedDisk,
  liveIso,
  liveSystem,
  raspberryPiCard,
  rootfsArchive,
  withoutKernel,
  zipOf,
} from '../pipeline/index.ts';

export default defineTarget({
  name: 'arm64',
  arch: 'arm64',
  summary: '64-bit Arm: servers and virtual machines with UEFI, Raspberry Pi 3 and 4',
  parts(context) {
    const system = liveSystem(context, 'arm64');
    const disk = installedDisk(context, system, { name: 'arm64' });
    return { system, disk };
  },
  files: {
    'arm64/rancheros-raspberry-pi64.zip': {
      about: 'image of an SD card for Raspberry Pi 3 and 4; its state grows at the first start',
      make: ({ context, name }) =>
        zipOf(context, name, {
          name: 'rancheros-raspberry-pi64.img',
          ...raspberryPiCard(context),
        }),
    },
    'arm64/rancheros.iso': {
      about: 'live system for CD and USB stick, UEFI, volume id `RancherOS`; `ros install` puts it on a disk',
      make: ({ context, name, system, disk }) => liveIso(context, system, { name, disk }),
    },
    'arm64/vmlinuz': {
      about: 'kernel',
      make: ({ system }) => system.kernel.image,
    },
    'arm64/initrd': {
      about: 'the whole live system: a PXE client needs only this and `vmlinuz`',
      make: ({ system }) => system.initrd,
    },
    'arm64/rootfs_arm64.tar.gz': {
      about: 'the root file system without kernel modules, for containers',
      make: ({ context, name, system }) => rootfsArchive(context, name, withoutKernel(system)),
    },
  },
});
