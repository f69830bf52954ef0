import { cloudDisk, compressedFixedVhd, defineTarget } from '../pipeline/index.ts';

const APPEND = 'earlyprintk=ttyS0,115200 rootdelay=300 rancher.cloud_init.datasources=[azure]';
const SIZE_MIB = 10240;

export default defineTarget({
  name: 'azure',
  arch: 'amd64',
  summary: 'Microsoft Azure, generation 1 and 2',
  files: {
    'rancheros-azure.vhd.zst':
      'the installed system as a fixed VHD of 10 GiB, compressed by zstd; unpack it before the upload',
  },
  make(context) {
    const disk = cloudDisk(context, { name: 'azure', append: APPEND });
    return {
      'rancheros-azure.vhd.zst': compressedFixedVhd(context, disk, {
        name: 'rancheros-azure.vhd.zst',
        sizeMiB: SIZE_MIB,
      }),
    };
  },
});
