import { defineTarget, liveSystem, rootfsArchive, withoutKernel } from 'rancheros-pipeline';

export default defineTarget({
  name: 'acme',
  arch: 'amd64',
  summary: 'Acme OS for network boot and containers',
  parts: (context) => ({ system: liveSystem(context, 'amd64') }),
  files: {
    'acme/vmlinuz': { about: 'kernel', make: ({ system }) => system.kernel.image },
    'acme/initrd': { about: 'the whole live system', make: ({ system }) => system.initrd },
    'acme/rootfs.tar.gz': {
      about: 'the root file system without kernel modules, for containers',
      make: ({ context, name, system }) => rootfsArchive(context, name, withoutKernel(system)),
    },
  },
});
