import {
  debianConsole,
  defineTarget,
  installedDisk,
  ipxeScript,
  liveIso,
  liveSystem,
  rootfsArchive,
  withoutKernel,
  zstdCompressed,
} from '../pipeline/index.ts';

export default defineTarget({
  name: 'amd64',
  arch: 'amd64',
  summary: 'PCs and virtual machines: live ISO, network boot, installed disk, root file system',
  files: {
    'rancheros.iso':
      'live system for CD and USB stick, BIOS and UEFI, volume id `RancherOS`; `ros install` puts it on a disk',
    'rancheros.img':
      'the installed system as a disk, raw and compressed by zstd, for bare metal; its state grows at the first boot',
    vmlinuz: 'kernel',
    initrd: 'the whole live system: a PXE client needs only this and `vmlinuz`',
    'rancheros.ipxe': 'iPXE script with the addresses of this very version',
    'rootfs.tar.gz': 'the root file system without kernel modules, for containers',
    'console-debian.tar.gz':
      'a console with apt, dpkg and editors, as an image: `ros console switch` takes its path or URL',
  },
  make(context) {
    const system = liveSystem(context, 'amd64');
    const disk = installedDisk(context, system, { name: 'amd64' });
    return {
      'rancheros.img': zstdCompressed(context, 'rancheros.img', disk.stream),
      'rancheros.iso': liveIso(context, system, { name: 'rancheros.iso', disk }),
      vmlinuz: system.kernel.image,
      initrd: system.initrd,
      'rootfs.tar.gz': rootfsArchive(context, 'rootfs.tar.gz', withoutKernel(system)),
      'console-debian.tar.gz': debianConsole(context, 'console-debian.tar.gz'),
      'rancheros.ipxe': ipxeScript(context),
    };
  },
});
