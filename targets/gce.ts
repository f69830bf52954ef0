import { cloudDisk, defineTarget, gceArchive } from '../pipeline/index.ts';

/** Networks there carry packets of 1460 bytes. */
const APPEND = 'rancher.cloud_init.datasources=[gce] rancher.docker.mtu=1460';
const SIZE_MIB = 10240;

export default defineTarget({
  name: 'gce',
  arch: 'amd64',
  summary: 'Google Compute Engine',
  files: {
    'rancheros-gce.tar.gz': '`disk.raw` of 10 GiB in an old GNU tar in gzip, as the importer wants it',
  },
  make(context) {
    const disk = cloudDisk(context, { name: 'gce', append: APPEND });
    return {
      'rancheros-gce.tar.gz': gceArchive(context, disk, { name: 'rancheros-gce.tar.gz', sizeMiB: SIZE_MIB }),
    };
  },
});
