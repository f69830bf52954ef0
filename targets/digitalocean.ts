import { cloudDisk, defineTarget, qcow2 } from '../pipeline/index.ts';

/** A droplet of a custom image has a config drive; the metadata service is there too. */
const APPEND = 'rancher.cloud_init.datasources=[configdrive,digitalocean]';
const SIZE_MIB = 10240;

export default defineTarget({
  name: 'digitalocean',
  arch: 'amd64',
  summary: 'DigitalOcean, as a custom image',
  parts: (context) => ({ disk: cloudDisk(context, { name: 'digitalocean', append: APPEND }) }),
  files: {
    'rancheros-digitalocean.img': {
      about: 'the installed system as a compressed qcow2 of 10 GiB; its state grows with the disk',
      make: ({ context, name, disk }) => qcow2(context, disk, { name, sizeMiB: SIZE_MIB }),
    },
  },
});
