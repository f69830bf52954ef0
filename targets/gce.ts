import { cloudDisk, defineTarget, gceArchive } from '../pipeline/index.ts';

/** Networks there carry packets of 1460 bytes. */
const APPEND = 'rancher.cloud_init.datasources=[gce] rancher.docker.mtu=1460';
const SIZE_MIB = 10240;

export default defineTarget({
  name: 'gce',
  arch: 'amd64',
  summary: 'Google Compute Engine',
  parts: (context) => ({ disk: cloudDisk(context, { name: 'gce', append: APPEND }) }),
  files: {
    'rancheros-gce.tar.gz': {
      about: '`disk.raw` of 10 GiB in an old GNU tar in gzip, as the importer wants it',
      make: ({ context, name, disk }) => gceArchive(context, disk, { name, sizeMiB: SIZE_MIB }),
    },
  },
});
