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
  parts(context) {
    const system = liveSystem(context, 'amd64');
    const disk = installedDisk(context, system, { name: 'amd64' });
    return { system, disk };
  },
  files: {
    'rancheros.iso': {
      about: 'live system for CD and USB stick, BIOS and UEFI, volume id `RancherOS`; `ros install` puts it on a disk',
      make: ({ context, name, system, disk }) => liveIso(context, system, { name, disk }),
    },
    'rancheros.img': {
      about:
        'the installed system as a disk, raw and compressed by zstd, for bare metal; its state grows at the first boot',
      make: ({ context, name, disk }) => zstdCompressed(context, name, disk.stream),
    },
    vmlinuz: {
      about: 'kernel',
      make: ({ system }) => system.kernel.image,
    },
    initrd: {
      about: 'the whole live system: a PXE client needs only this and `vmlinuz`',
      make: ({ system }) => system.initrd,
    },
    'rancheros.ipxe': {
      about: 'iPXE script with the addresses of this very version',
      make: ({ context }) => ipxeScript(context),
    },
    'rootfs.tar.gz': {
      about: 'the root file system without kernel modules, for containers',
      make: ({ context, name, system }) => rootfsArchive(context, name, withoutKernel(system)),
    },
    'console-debian.tar.gz': {
      about: 'a console with apt, dpkg and editors, as an image: `ros console switch` takes its path or URL',
      make: ({ context, name }) => debianConsole(context, name),
    },
  },
});
