import { defineTarget, installedDisk, liveIso, liveSystem } from 'rancheros-pipeline';

export default defineTarget({
  name: 'acme',
  arch: 'amd64',
  summary: 'Acme OS on a CD or USB stick',
  parts(context) {
    const system = liveSystem(context, 'amd64');
    return { system, disk: installedDisk(context, system, { name: 'acme' }) };
  },
  files: {
    'acme/rancheros.iso': {
      about: 'live system, BIOS and UEFI; `ros install` puts it on a disk',
      make: ({ context, name, system, disk }) => liveIso(context, system, { name, disk }),
    },
  },
});
