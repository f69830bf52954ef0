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
  files: {
    'arm64/rancheros-raspberry-pi64.zip':
      'image of an SD card for Raspberry Pi 3 and 4; its state grows at the first start',
    'arm64/rancheros.iso':
      'live system for CD and USB stick, UEFI, volume id `RancherOS`; `ros install` puts it on a disk',
    'arm64/vmlinuz': 'kernel',
    'arm64/initrd': 'the whole live system: a PXE client needs only this and `vmlinuz`',
    'arm64/rootfs_arm64.tar.gz': 'the root file system without kernel modules, for containers',
  },
  make(context) {
    const system = liveSystem(context, 'arm64');
    const disk = installedDisk(context, system, { name: 'arm64' });
    return {
      'arm64/rancheros-raspberry-pi64.zip': zipOf(context, 'arm64/rancheros-raspberry-pi64.zip', {
        name: 'rancheros-raspberry-pi64.img',
        ...raspberryPiCard(context),
      }),
      'arm64/rancheros.iso': liveIso(context, system, { name: 'arm64/rancheros.iso', disk }),
      'arm64/vmlinuz': system.kernel.image,
      'arm64/initrd': system.initrd,
      'arm64/rootfs_arm64.tar.gz': rootfsArchive(context, 'arm64/rootfs_arm64.tar.gz', withoutKernel(system)),
    };
  },
});
