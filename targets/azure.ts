import { cloudDisk, compressedFixedVhd, defineTarget } from '../pipeline/index.ts';

const APPEND = 'earlyprintk=ttyS0,115200 rootdelay=300 rancher.cloud_init.datasources=[azure]';
const SIZE_MIB = 10240;

export default defineTarget({
  name: 'azure',
  arch: 'amd64',
  summary: 'Microsoft Azure, generation 1 and 2',
  parts: (context) => ({ disk: cloudDisk(context, { name: 'azure', append: APPEND }) }),
  files: {
    'rancheros-azure.vhd.zst': {
      about: 'the installed system as a fixed VHD of 10 GiB, compressed by zstd; unpack it before the upload',
      make: ({ context, name, disk }) =>
        compressedFixedVhd(context, disk, {
          name,
          sizeMiB: SIZE_MIB,
        }),
    },
  },
});
